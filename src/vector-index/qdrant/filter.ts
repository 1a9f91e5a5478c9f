import type { Schemas } from '@qdrant/js-client-rest';
import { z } from 'zod';
import type { IndexFilter, IndexPoint, NumberRange, PointPayload, Revision } from '../port.js';

/** A point's payload as Qdrant stores it. */
export function toStoredPayload(
  productId: number,
  { tags, numbers }: PointPayload,
  revision: Revision,
): Record<string, unknown> {
  return { productId, tags, numbers, revision };
}

/**
 * The payload that replaces a deleted point, so that an older write does not restore it: without tags and numbers, it
 * fails every clause and every range.
 */
export function deletedPayload(revision: Revision, at: Date): Record<string, unknown> {
  return { revision, deletedAt: at.getTime() };
}

export const IS_DELETED = { key: 'deletedAt', range: { gte: 0 } };

export function deletedBefore(moment: Date) {
  return { key: 'deletedAt', range: { lt: moment.getTime() } };
}

/** Points written before there were revisions count as the oldest. */
export function newerThan(revision: Revision) {
  return { key: 'revision', range: { gt: revision } };
}

export function newerOrSame(revision: Revision) {
  return { key: 'revision', range: { gte: revision } };
}

const storedPoint = z.object({
  id: z.number(),
  vector: z.array(z.number()),
  payload: z
    .object({
      productId: z.number().catch(0),
      tags: z.array(z.string()).catch([]),
      numbers: z.record(z.string(), z.number()).catch({}),
    })
    .catch({ productId: 0, tags: [], numbers: {} }),
});

/** The readable parts of a payload that another program may have written. */
export function fromStoredPoint(stored: unknown): IndexPoint {
  const { id, vector, payload } = storedPoint.parse(stored);
  const { productId, tags, numbers } = payload;
  return { imageId: id, productId, vector: Float32Array.from(vector), payload: { tags, numbers } };
}

/** The payload path of a number; quoted, since its name may contain any character. */
export function numberPath(field: string): string {
  return `numbers."${field}"`;
}

export function ofProducts(productIds: readonly number[]) {
  return { key: 'productId', match: { any: [...productIds] } };
}

/** The filter in Qdrant's format; `null` when no point can pass it. */
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
    must_not: [
      ...(excludeProducts.length > 0 ? [ofProducts(excludeProducts)] : []),
      // Deleted points fail every clause and every range; without any of those, they must be excluded explicitly.
      ...(clauses.length + ranges.length === 0 ? [IS_DELETED] : []),
    ],
  };
}

function isEmpty({ min = -Infinity, max = Infinity }: NumberRange): boolean {
  return !(min <= max) || min === Infinity || max === -Infinity;
}

/** JSON has no infinity; omitting the bound means the same. */
function finite(bound: number | undefined): number | null {
  return bound === undefined || !Number.isFinite(bound) ? null : bound;
}
