import type { Channel } from '../../catalog/channel.types.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { wordsOf } from '../../catalog/search-text.js';
import type { Database } from '../../platform/postgres.js';
import { readVectorsOfProducts } from '../../images/embedding.store.js';
import type { Asked, IndexFilter, IndexMatch } from '../../vector-index/port.js';
import { examplesOf, page, toRequest } from '../../vector-index/page.js';
import type { RankedMatch } from '../prove-page.js';
import type { StandingMatch, StandingOrder, StandingPage } from './standing.js';
import { rankByText } from './words.store.js';
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
  readonly text: string;
  readonly condition: ProductCondition;
  readonly channel: Channel;
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

/** Products by words and by a visual order, fused by their ranks. */
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
  { visual, text, condition, channel, excludeProducts }: FusionPlan,
  passing: IndexFilter,
): Promise<FusedOrder> {
  const [seen, told] = await Promise.all([
    visual.next(passing, FUSED_DEPTH, null),
    rankByText(db, wordsOf(text), { channel, condition, excludeProducts }, FUSED_DEPTH),
  ]);
  const share = (i: number): number => (K + 1) / 2 / (K + i + 1);
  const order = new Map<number, Fused>();
  for (const [i, { productId, imageId, passes, score: likeness }] of seen.matches.entries())
    order.set(productId, { productId, imageId, passes, likeness, score: share(i) });
  for (const [i, { productId, imageId, passes }] of told.entries()) {
    const known = order.get(productId) ?? { productId, imageId, passes, likeness: null, score: 0 };
    order.set(productId, { ...known, passes: known.passes || passes, score: known.score + share(i) });
  }
  const { matches } = page([...order.values()], order.size, undefined);
  return { order: matches, strategy: seen.strategy };
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
