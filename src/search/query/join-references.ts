import { RequestError } from '../../errors.js';
import { descriptorOf, type Rgb } from '../../vision/color-descriptor.js';
import { DEFAULT_COLOR_SHARE, inColor, weighColor } from '../../vision/color-share.js';
import { type Asked, MAX_EXAMPLES } from '../../vector-index/port.js';
import type { Box } from '../../vision/regions.js';
import type { Trust } from '../../vision/trust.js';
import type { QueryVector } from './query-vector.js';
import { normalizedSum, type Term } from '../../vector-index/vectors.js';

/**
 * A board gets this many directions for its positive pins, and as many for its negative pins; several boards share
 * them. This way, a search is one pass over the embedded index.
 */
export const MAX_BOARD_VECTORS = MAX_EXAMPLES / 2;

/** A smaller sum is only rounding error. */
const MIN_SCALE = 1e-3;

/** The vectors of one reference in a query. */
export interface Reference {
  /**
   * One vector; for a board, the directions that its pins gather around, the main one first; for a photo of a person,
   * the main garment and the whole.
   */
  readonly vectors: readonly Float32Array[];
  /** Vectors that results must not be closer to. */
  readonly negative: readonly Float32Array[];
  readonly weight: number;
  readonly products: readonly number[];
  /** The part of an image that this is, null for a whole one; undefined for anything but an image. */
  readonly region?: Box | null;
  /** How much the image is to be trusted; null or undefined when nobody can tell. */
  readonly trust?: Trust | null;
  /** Whether the vectors are what views of a suspicious image agree on, instead of its own. */
  readonly byConsensus?: boolean;
  readonly identity: unknown;
}

/** The colors of a query. */
interface QueryColors {
  /** The share of color in the likeness. */
  readonly color: number;
  /** What results should be in, instead of the references' colors: any of them. */
  readonly inColors?: readonly Rgb[];
}

/**
 * The weighted sum of the positive references minus the negative ones. A board has several directions; each, combined
 * with all the other references, is an example. Without any reference, there is nothing to compare with.
 * @throws RequestError BAD_USER_INPUT when the references cancel each other out
 */
export function joinReferences(
  likes: readonly Reference[],
  unlikes: readonly Reference[],
  { encoder, color, inColors = [] }: QueryColors & { readonly encoder: string },
): QueryVector {
  const identity = [
    encoder,
    color,
    likes.map(identify),
    unlikes.map(identify),
    ...(inColors.length === 0 ? [] : [inColors]),
  ];
  if (likes.length + unlikes.length === 0)
    return {
      ...{ asked: null, plain: null, scale: 1, region: null, trust: null, byConsensus: false },
      ...{ products: [], identity },
    };
  // Only their proportions matter: small weights alone do not cancel out.
  const largest = Math.max(...[...likes, ...unlikes].map(({ weight }) => weight));
  const avoided = unlikes.flatMap(({ vectors, weight }) =>
    vectors.map((vector) => ({ vector, weight: -weight / largest })),
  );
  const sums = likes.reduce<Term[][]>(
    (before, { vectors, weight }) =>
      before.flatMap((terms) => vectors.map((vector) => [...terms, { vector, weight: weight / largest }])),
    [[]],
  );
  const positive = sums.flatMap((terms) => normalizedSum([...terms, ...avoided]) ?? []);
  const negative = likes.flatMap((like) => like.negative).slice(0, MAX_BOARD_VECTORS);
  if (positive.length === 0) {
    throw new RequestError(
      'BAD_USER_INPUT',
      'The weights of like and unlike cancel out, so nothing is left to search for: change a weight or a reference.',
    );
  }
  const regions = likes.flatMap(({ region }) => (region === undefined ? [] : [region]));
  const plain = toAsked(positive, negative);
  const weighed = inColors.length > 0 ? paint(plain, inColors, color) : weigh(plain, color);
  return {
    ...weighed,
    plain,
    region: regions.length === 1 ? (regions[0] ?? null) : null,
    trust: leastTrusted([...likes, ...unlikes].map(({ trust }) => trust ?? null)),
    byConsensus: [...likes, ...unlikes].some(({ byConsensus }) => byConsensus),
    products: [...likes, ...unlikes].flatMap(({ products }) => products),
    identity,
  };
}

/** The one with the lowest score; null when nothing is known of any. */
export const leastTrusted = (trusts: readonly (Trust | null)[]): Trust | null =>
  trusts.reduce(
    (least, trust) => (least !== null && (trust === null || least.score <= trust.score) ? least : trust),
    null,
  );

const identify = ({ identity, weight }: Reference): unknown => [identity, weight];

/** The same query in each of the colors. What results must not be like is compared in these too: by its shape. */
function paint(plain: Asked, colors: readonly Rgb[], share: number): { asked: Asked; scale: number } {
  const descriptors = colors.map(descriptorOf);
  // In color alone, what results must not be like looks as what they should.
  const sides = share === 1 ? sidesOf(plain).slice(0, 1) : sidesOf(plain);
  const [positive = [], negative = []] = sides.map((vectors) =>
    vectors
      .flatMap((vector) => descriptors.flatMap((color) => inColor(vector, color, share) ?? []))
      .slice(0, MAX_BOARD_VECTORS),
  );
  const [first] = positive;
  if (first === undefined) return { asked: plain, scale: 1 };
  return { asked: toAsked(positive.map(vectorOf), negative.map(vectorOf)), scale: first.scale };
}

const sidesOf = (asked: Asked): readonly (readonly Float32Array[])[] =>
  asked instanceof Float32Array ? [[asked], []] : [asked.positive, asked.negative];

const vectorOf = ({ vector }: { readonly vector: Float32Array }): Float32Array => vector;

function toAsked(positive: readonly Float32Array[], negative: readonly Float32Array[]): Asked {
  const [only] = positive;
  return only !== undefined && positive.length + negative.length === 1 ? only : { positive, negative };
}

/**
 * The same query with another share of color. The scale is the smallest of the positive examples': all examples that
 * are images have the same scale, and with another one a likeness could exceed 1.
 */
function weigh(plain: Asked, color: number): { asked: Asked; scale: number } {
  if (color === DEFAULT_COLOR_SHARE) return { asked: plain, scale: 1 };
  const [positive, negative] = sidesOf(plain).map((vectors) =>
    vectors.map((vector) => weighColor(vector, color)).filter(({ scale }) => scale >= MIN_SCALE),
  );
  if (positive === undefined || negative === undefined || positive.length === 0) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `With color ${color}, nothing is left to search for: change color or a reference.`,
    );
  }
  return {
    asked: toAsked(positive.map(vectorOf), negative.map(vectorOf)),
    scale: Math.min(...positive.map(({ scale }) => scale)),
  };
}
