import { z } from 'zod';
import type { IndexPoint, PointPayload } from '../vector-index/port.js';

/** Squared distance of unit vectors that counts as equal: an index may normalize and store vectors in float32. */
const SAME_VECTOR = 1e-8;
/** Maximum tags and numbers that a message names. */
const NAMED = 3;

const count = z.number();

/** The result of comparing the index with Postgres; counts of images. */
export const reconcileReport = z.object({
  /** Images in either of the two. */
  compared: count,
  /** Images with any difference. */
  differing: count,
  /** In Postgres but not in the index. */
  missing: count,
  /** In the index but not in Postgres. */
  extra: count,
  /** In the index as an image of another product. */
  wrongProduct: count,
  /** With the right product, but with different tags or numbers. */
  payloadDiffers: count,
  vectorDiffers: count,
  repaired: count,
  seconds: z.number(),
  /** Descriptions of the first differences; the product is null when Postgres does not have it. */
  sample: z.array(z.object({ imageId: z.number(), product: z.string().nullable(), what: z.string() })),
});
export type ReconcileReport = z.infer<typeof reconcileReport>;

type Told = readonly [Kind, string];
type Kind = 'missing' | 'extra' | 'wrongProduct' | 'payloadDiffers' | 'vectorDiffers';

/** How one image in the index differs from Postgres. */
export interface Difference {
  readonly imageId: number;
  /** The product in Postgres, or in the index if Postgres has no such image. */
  readonly productId: number;
  readonly kinds: readonly Kind[];
  readonly words: string;
  /** The expected point; null: none. */
  readonly expected: IndexPoint | null;
  readonly isRepaired?: boolean;
}

export function nothingFound(): ReconcileReport {
  return {
    ...{ compared: 0, differing: 0, missing: 0, extra: 0, wrongProduct: 0, payloadDiffers: 0 },
    ...{ vectorDiffers: 0, repaired: 0, seconds: 0, sample: [] },
  };
}

/** Compares the expected points with those in the index; both sorted by image id, ascending. */
export function comparePoints(
  expected: readonly IndexPoint[],
  found: readonly IndexPoint[],
): { compared: number; differences: Difference[] } {
  const foundById = new Map(found.map((point) => [point.imageId, point]));
  const expectedIds = new Set(expected.map((point) => point.imageId));
  const extra = found.filter((point) => !expectedIds.has(point.imageId));
  const differences = [
    ...expected.flatMap((point) => comparePoint(point, foundById.get(point.imageId)) ?? []),
    ...extra.map(({ imageId, productId }): Difference => ({
      imageId,
      productId,
      kinds: ['extra'],
      words: 'is in the index, but Postgres has no such image',
      expected: null,
    })),
  ];
  return { compared: expected.length + extra.length, differences };
}

function comparePoint(expected: IndexPoint, found: IndexPoint | undefined): Difference | null {
  const told: readonly Told[] =
    found === undefined ? [['missing', 'is missing']] : differencesOf(expected, found);
  if (told.length === 0) return null;
  return {
    imageId: expected.imageId,
    productId: expected.productId,
    kinds: told.map(([kind]) => kind),
    words: told.map(([, words]) => words).join('; '),
    expected,
  };
}

function differencesOf(expected: IndexPoint, found: IndexPoint): Told[] {
  const differences: Told[] = [];
  const payload = describePayload(expected.payload, found.payload);
  if (found.productId !== expected.productId)
    differences.push(['wrongProduct', `is in the index as an image of product ${found.productId}`]);
  else if (payload !== null) differences.push(['payloadDiffers', payload]);
  const distance = squaredDistance(expected.vector, found.vector);
  if (!(distance <= SAME_VECTOR)) {
    const cosine = (1 - distance / 2).toFixed(4);
    differences.push(['vectorDiffers', `has another vector (their cosine is ${cosine})`]);
  }
  return differences;
}

/** A description of the differences in a payload; null if there are none. */
function describePayload(expected: PointPayload, found: PointPayload): string | null {
  const names = ({ tags, numbers }: PointPayload): string[] => [...tags, ...Object.keys(numbers)];
  const lacks = without(names(expected), names(found));
  const surplus = without(names(found), names(expected));
  const wrong = Object.entries(found.numbers).flatMap(([field, value]) => {
    const right = expected.numbers[field];
    return right === undefined || right === value ? [] : `${field} ${value} instead of ${right}`;
  });
  const parts = [
    ...(lacks.length > 0 ? [`lacks ${name(lacks)}`] : []),
    ...(surplus.length > 0 ? [`has ${name(surplus)} wrongly`] : []),
    ...(wrong.length > 0 ? [`has ${name(wrong)}`] : []),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

function without(these: readonly string[], those: readonly string[]): string[] {
  const excluded = new Set(those);
  return these.filter((one) => !excluded.has(one));
}

function name(items: readonly string[]): string {
  const rest = items.length - NAMED;
  return items.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Squared distance of the directions of two vectors; NaN when one has no direction, or another dimension. */
function squaredDistance(a: Float32Array, b: Float32Array): number {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  return a.length === b.length
    ? a.reduce((sum, x, i) => sum + (x / lengthA - (b[i] ?? NaN) / lengthB) ** 2, 0)
    : NaN;
}
