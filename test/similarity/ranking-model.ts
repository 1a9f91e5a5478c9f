import type {
  IndexFilter,
  IndexMatch,
  IndexPoint,
  PointPayload,
  RankingPosition,
} from '../../src/similarity/index.js';

/** What the port promises, in the plainest way: every search compares every point. */
export class RankingModel {
  readonly points = new Map<number, IndexPoint>();

  upsert(points: readonly IndexPoint[]): void {
    for (const point of points) this.points.set(point.imageId, point);
    this.setPayloads(new Map(points.map(({ productId, payload }) => [productId, payload])));
  }

  setPayloads(payloads: ReadonlyMap<number, PointPayload>): void {
    for (const point of [...this.points.values()]) {
      const payload = payloads.get(point.productId);
      if (payload !== undefined) this.points.set(point.imageId, { ...point, payload });
    }
  }

  deleteImages(imageIds: readonly number[]): void {
    for (const imageId of imageIds) this.points.delete(imageId);
  }

  deleteProducts(productIds: readonly number[]): void {
    for (const { imageId, productId } of [...this.points.values()])
      if (productIds.includes(productId)) this.points.delete(imageId);
  }

  /** All products that pass the filter, in their order. */
  ranking(vector: Float32Array, filter: IndexFilter, after?: RankingPosition): IndexMatch[] {
    const best = new Map<number, IndexMatch>();
    for (const { imageId, productId, vector: other, payload } of this.points.values()) {
      if (!passes(productId, payload, filter)) continue;
      const score = Math.fround(vector.reduce((sum, x, i) => sum + x * (other[i] ?? NaN), 0));
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
