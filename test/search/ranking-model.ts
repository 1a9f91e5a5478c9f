import type {
  Examples,
  IndexFilter,
  IndexMatch,
  IndexPoint,
  PointPayload,
  RankingPosition,
  Revision,
} from '../../src/vector-index/port.js';

interface ProductModel {
  payload: PointPayload;
  revision: Revision;
  readonly images: Set<number>;
}

/**
 * The contract of the port, implemented as simply as possible: every search compares every point. Like a projection,
 * each write names either all images of a product or none, so that a revision belongs to a product.
 */
export class RankingModel {
  readonly points = new Map<number, IndexPoint>();
  readonly #products = new Map<number, ProductModel>();
  readonly #deletions = new Map<number, Revision>();

  upsert(points: readonly IndexPoint[], revision: Revision): void {
    for (const point of points) {
      if (this.#revision(point.imageId) > revision) continue;
      const { productId, payload } = point;
      const product = this.#products.get(productId) ?? { payload, revision, images: new Set() };
      product.images.add(point.imageId);
      this.#products.set(productId, product);
      const previous = this.points.get(point.imageId);
      if (previous !== undefined && previous.productId !== productId) this.#detach(previous);
      this.points.set(point.imageId, point);
      this.setPayloads(new Map([[productId, payload]]), revision);
    }
  }

  setPayloads(payloads: ReadonlyMap<number, PointPayload>, revision: Revision): void {
    for (const [productId, payload] of payloads) {
      const product = this.#products.get(productId);
      if (product !== undefined && product.revision <= revision)
        Object.assign(product, { payload, revision });
    }
  }

  deleteImages(imageIds: readonly number[], revision: Revision): void {
    for (const imageId of imageIds) {
      if (this.#revision(imageId) >= revision) continue;
      const point = this.points.get(imageId);
      if (point !== undefined) this.#detach(point);
      this.points.delete(imageId);
      this.#deletions.set(imageId, revision);
    }
  }

  #detach({ imageId, productId }: IndexPoint): void {
    const product = this.#products.get(productId);
    product?.images.delete(imageId);
    if (product?.images.size === 0) this.#products.delete(productId);
  }

  #revision(imageId: number): Revision {
    const point = this.points.get(imageId);
    return (
      (point === undefined ? this.#deletions.get(imageId) : this.#products.get(point.productId)?.revision) ??
      -Infinity
    );
  }

  /** All products that pass the filter, in their order. */
  ranking(query: Float32Array | Examples, filter: IndexFilter, after?: RankingPosition): IndexMatch[] {
    const { positive, negative } = 'positive' in query ? query : { positive: [query], negative: [] };
    const best = new Map<number, IndexMatch>();
    for (const { imageId, productId, vector: other } of this.points.values()) {
      const { payload } = this.#products.get(productId) ?? {};
      if (payload === undefined || !passes(productId, payload, filter)) continue;
      const nearest = (examples: readonly Float32Array[]) =>
        Math.max(...examples.map((vector) => cosine(vector, other)));
      const score = nearest(positive);
      if (nearest(negative) >= score) continue;
      const known = best.get(productId);
      if (known === undefined || score > known.score || (score === known.score && imageId < known.imageId))
        best.set(productId, { productId, imageId, score });
    }
    return [...best.values()]
      .sort((a, b) => b.score - a.score || a.productId - b.productId)
      .filter(
        ({ score, productId }) =>
          after === undefined ||
          score < after.score ||
          (score === after.score && productId > after.productId),
      );
  }
}

const cosine = (a: Float32Array, b: Float32Array): number =>
  Math.fround(a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0));

function passes(productId: number, { tags, numbers }: PointPayload, filter: IndexFilter): boolean {
  return (
    filter.clauses.every((clause) => clause.some((tag) => tags.includes(tag))) &&
    filter.ranges.every(({ field, min, max }) => {
      const value = numbers[field];
      return value !== undefined && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
    }) &&
    !filter.excludeProducts.includes(productId)
  );
}
