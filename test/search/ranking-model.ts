import type {
  Examples,
  ImagePayload,
  IndexFilter,
  IndexMatch,
  IndexPoint,
  PointPayload,
  RankingPosition,
  Revision,
} from '../../src/vector-index/port.js';

/** The contract of the port, implemented as simply as possible: every search compares every point. */
export class RankingModel {
  readonly points = new Map<number, IndexPoint>();
  /** Of the last write of each image, deletions included. */
  readonly #revisions = new Map<number, Revision>();

  upsert(points: readonly IndexPoint[], revision: Revision): void {
    for (const point of points) {
      if (this.#revision(point.imageId) > revision) continue;
      this.points.set(point.imageId, point);
      this.#revisions.set(point.imageId, revision);
    }
  }

  setPayloads(images: readonly ImagePayload[], revision: Revision): void {
    for (const image of images) {
      const point = this.points.get(image.imageId);
      if (point?.productId === image.productId) this.upsert([{ ...point, ...image }], revision);
    }
  }

  deleteImages(imageIds: readonly number[], revision: Revision): void {
    for (const imageId of imageIds) {
      if (this.#revision(imageId) >= revision) continue;
      this.points.delete(imageId);
      this.#revisions.set(imageId, revision);
    }
  }

  #revision(imageId: number): Revision {
    return this.#revisions.get(imageId) ?? -Infinity;
  }

  /** All products that pass the filter, in their order. */
  ranking(query: Float32Array | Examples, filter: IndexFilter, after?: RankingPosition): IndexMatch[] {
    const { positive, negative } = 'positive' in query ? query : { positive: [query], negative: [] };
    const best = new Map<number, IndexMatch>();
    for (const { imageId, productId, vector: other, payload } of this.points.values()) {
      if (!passes(productId, payload, filter)) continue;
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
