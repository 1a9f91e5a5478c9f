import type { Schemas } from '@qdrant/js-client-rest';
import type { IndexFilter, NumberRange, PointPayload } from './index.js';

/** A point's payload as it stands in Qdrant. */
export function toStoredPayload(productId: number, { tags, numbers }: PointPayload): Record<string, unknown> {
  return { productId, tags, numbers };
}

/** The payload path of a number; quoted, since its name may hold any character. */
export function numberPath(field: string): string {
  return `numbers."${field}"`;
}

export function ofProducts(productIds: readonly number[]): Schemas['Filter'] {
  return { must: [{ key: 'productId', match: { any: [...productIds] } }] };
}

/** The filter in Qdrant's words; `null` when no point can pass it. */
export function toQdrantFilter({ clauses, ranges, excludeProducts }: IndexFilter): Schemas['Filter'] | null {
  if (clauses.some((clause) => clause.length === 0) || ranges.some(isEmpty)) return null;
  return {
    must: [
      ...clauses.map((clause) => ({ key: 'tags', match: { any: [...clause] } })),
      ...ranges.map(({ field, min, max }) => ({
        key: numberPath(field),
        range: { gte: finite(min), lte: finite(max) },
      })),
    ],
    ...(excludeProducts.length > 0 && { must_not: ofProducts(excludeProducts).must ?? null }),
  };
}

function isEmpty({ min = -Infinity, max = Infinity }: NumberRange): boolean {
  return !(min <= max) || min === Infinity || max === -Infinity;
}

/** JSON has no infinities; no bound says the same. */
function finite(bound: number | undefined): number | null {
  return bound === undefined || !Number.isFinite(bound) ? null : bound;
}
