import type { Channel } from '../../catalog/channel.types.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { wordsOf } from '../../catalog/search-text.js';
import type { TextLanguages } from '../../catalog/text-languages.js';
import type { Database } from '../../platform/postgres.js';
import { readVectorsOfProducts } from '../../images/embedding.store.js';
import type { Asked, IndexFilter, IndexMatch } from '../../vector-index/port.js';
import { examplesOf, page, toRequest } from '../../vector-index/page.js';
import type { RankedMatch } from '../prove-page.js';
import type { StandingMatch, StandingOrder, StandingPage } from './standing.js';
import { rankByText, type TextMatch } from './words.store.js';
import { nearest } from '../../vector-index/vectors.js';

/**
 * Depth of each of the two rankings: a fused ranking ends after the products of both. Beyond this depth, a product's
 * score grows by less than a thousandth, and no shopper scrolls that far for words.
 */
const FUSED_DEPTH = 1_000;
/**
 * Reciprocal rank fusion: each ranking adds 1 / (K + rank) to a product's score. 60 is the constant of Cormack,
 * Clarke, and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods" (SIGIR
 * 2009).
 */
const K = 60;

interface FusionPlan {
  readonly visual: StandingOrder;
  /** By likeness to the words; null when the encoder embeds only images. */
  readonly told: StandingOrder | null;
  /** Whether `told` may only order products that the other two have, because the visual order ends by itself. */
  readonly isBounded: boolean;
  /** Whether products with only some of the words are left out, unless the visual order has them. */
  readonly needsAllWords: boolean;
  readonly text: string;
  readonly condition: ProductCondition;
  readonly channel: Channel;
  readonly languages: TextLanguages;
  readonly excludeProducts: readonly number[];
}

/** A product of the fused order. */
interface Fused extends Omit<StandingMatch, 'score' | 'place'> {
  /** The fused score: 1 for a product that is first in both. */
  readonly score: number;
  /** Null for products that only the words found. */
  readonly likeness: number | null;
}

interface FusedOrder extends Pick<StandingPage, 'strategy'> {
  readonly order: readonly Fused[];
}

/**
 * Products by words and by a visual order, fused by their ranks. Where a product has all the words, the likeness of
 * pictures to the words orders only products with equally many of them, so that a brand is found by its name; where none
 * has, it is a ranking of its own.
 */
export function fusedOrder(db: Database, plan: FusionPlan): StandingOrder {
  // The whole order is fused once per request, however often its page is refilled.
  let fused: Promise<FusedOrder> | null = null;
  return {
    async next(passing, limit, after) {
      const { order, strategy } = await (fused ??= fuse(db, plan, passing));
      const { matches, exhausted } = page(order, limit, after ?? undefined);
      const rank = after?.rank ?? 0;
      return {
        matches: matches.map(({ score, likeness, ...match }, i) => ({
          ...match,
          score: likeness,
          place: { score, productId: match.productId, rank: rank + i + 1 },
        })),
        exhausted,
        strategy,
      };
    },
  };
}

async function fuse(
  db: Database,
  {
    visual,
    told,
    isBounded,
    needsAllWords,
    text,
    condition,
    channel,
    languages,
    excludeProducts,
  }: FusionPlan,
  passing: IndexFilter,
): Promise<FusedOrder> {
  const [seen, alike, worded] = await Promise.all([
    visual.next(passing, FUSED_DEPTH, null),
    told?.next(passing, FUSED_DEPTH, null),
    rankByText(db, wordsOf(text), { channel, languages, condition, excludeProducts }, FUSED_DEPTH),
  ]);
  const whole = worded.filter(({ words, asked }) => words === asked);
  const named = needsAllWords ? whole : worded;
  const order = new Map<number, Fused>();
  const add = (matches: readonly Omit<Fused, 'score'>[]): void => {
    for (const [i, { productId, imageId, passes, likeness }] of matches.entries()) {
      const known = order.get(productId) ?? { productId, imageId, passes, likeness, score: 0 };
      const score = known.score + (K + 1) / (K + i + 1);
      order.set(productId, { ...known, passes: known.passes || passes, score });
    }
  };
  add(seen.matches.map((match) => ({ ...match, likeness: match.score })));
  const unseen = <T extends object>(match: T): T & { likeness: null } => ({ ...match, likeness: null });
  const inOrder = alike === undefined ? named : byLikeness(named, alike.matches);
  add(inOrder.map(unseen));
  // Who says "grey t-shirt" of a picture wants those first that are both.
  const hasBetter = whole.length > 0 && whole.length < named.length;
  if (hasBetter) add(inOrder.slice(0, whole.length).map(unseen));
  const own = whole.length > 0 || alike === undefined ? null : alike.matches;
  if (own !== null) add(own.filter(({ productId }) => !isBounded || order.has(productId)).map(unseen));
  const lists = own === null && !hasBetter ? 2 : 3;
  const scored = [...order.values()].map((match) => ({ ...match, score: match.score / lists }));
  const { matches } = page(scored, scored.length, undefined);
  return { order: matches, strategy: seen.strategy };
}

/** The products with the most words first, and of those with equally many, the most alike to the words. */
function byLikeness(named: readonly TextMatch[], alike: readonly StandingMatch[]): TextMatch[] {
  const ranks = new Map(alike.map(({ productId }, rank) => [productId, rank]));
  const rankOf = ({ productId }: TextMatch): number => ranks.get(productId) ?? alike.length;
  return named.toSorted((a, b) => b.words - a.words || rankOf(a) - rankOf(b));
}

/** Fills in the likeness of products that only the words found; 0 when there is nothing to compare with. */
export async function tellLikeness(
  { db, encoderId }: { readonly db: Database; readonly encoderId: string },
  asked: Asked | null,
  found: readonly StandingMatch[],
): Promise<RankedMatch[]> {
  const unknown = found.flatMap(({ productId, score }) => (score === null ? [productId] : []));
  const best = new Map<number, IndexMatch>();
  if (asked !== null && unknown.length > 0) {
    const { positive } = examplesOf(toRequest(asked));
    for (const { vector, ...image } of await readVectorsOfProducts(db, encoderId, unknown)) {
      const score = nearest(vector, positive);
      if (score > (best.get(image.productId)?.score ?? -Infinity))
        best.set(image.productId, { ...image, score });
    }
  }
  return found.map(({ productId, imageId, score, place }) => ({
    ...(best.get(productId) ?? { productId, imageId, score: score ?? 0 }),
    place,
  }));
}
