import type { Channel } from '../catalog/channel.types.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { wordsOf } from '../catalog/search-text.js';
import type { Database } from '../platform/postgres.js';
import { readVectorsOfProducts } from './embedding.store.js';
import { toIndexFilter } from './filter.js';
import type { IndexFilter, IndexMatch, SearchResult } from './index.js';
import { page } from './ranking.js';
import type { Ranking, RankedMatch } from './search.js';
import { rankByText, withoutStock } from './text.store.js';

/**
 * What each of the two rankings contributes: a fused ranking ends with the products of both. Deeper, a product adds
 * less than a thousandth to its score, and nobody scrolls that far for words.
 */
const FUSED_DEPTH = 1_000;
/**
 * Reciprocal rank fusion: a product scores 1 / (K + rank) in each ranking. 60 is the constant of Cormack, Clarke and
 * Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods" (SIGIR 2009).
 */
const K = 60;

interface FusionPlan {
  readonly visual: Ranking;
  /** Of what `visual` ranks by, for the likeness of products that only the words found; null when it has none. */
  readonly vector: Float32Array | null;
  readonly text: string;
  readonly condition: ProductCondition;
  readonly channel: Channel;
  readonly excludeProducts: readonly number[];
}

/** A product of the fused order; without a match where only the words found it. */
interface Fused {
  readonly productId: number;
  readonly imageId: number;
  /** By fusion. */
  readonly score: number;
  readonly match: IndexMatch | null;
}

/**
 * Products by words and by a visual ranking, fused by their ranks. Both are ranked without regard to stock, and only
 * then is left out what does not pass now: a place in the order stays where it is while products sell.
 */
export function fusedRanking(services: { db: Database; encoderId: string }, plan: FusionPlan): Ranking {
  // The whole order is put together once for a request, however often its page is refilled.
  let fused: Promise<Pick<SearchResult, 'strategy'> & { order: Fused[] }> | null = null;
  return {
    async propose(filter, limit, after) {
      const { order, strategy } = await (fused ??= fuse(services.db, plan, filter));
      const { matches, exhausted } = page(order, limit, after ?? undefined);
      const byProduct = new Map(order.map((product) => [product.productId, product]));
      const found = matches.flatMap(({ productId }) => byProduct.get(productId) ?? []);
      return { matches: await withLikeness(services, plan.vector, found), exhausted, strategy };
    },
  };
}

async function fuse(
  db: Database,
  { visual, text, condition, channel, excludeProducts }: FusionPlan,
  filter: IndexFilter,
): Promise<Pick<SearchResult, 'strategy'> & { order: Fused[] }> {
  const lasting = toIndexFilter(withoutStock(condition), channel.handle, excludeProducts);
  const [ranked, passing, told] = await Promise.all([
    visual.propose(lasting, FUSED_DEPTH, null),
    visual.propose(filter, FUSED_DEPTH, null),
    rankByText(db, wordsOf(text), { channel, condition, excludeProducts }, FUSED_DEPTH),
  ]);
  const passes = new Set([
    ...passing.matches.map(({ productId }) => productId),
    ...told.flatMap((match) => (match.passes ? [match.productId] : [])),
  ]);
  const order = new Map<number, Fused>();
  for (const [i, match] of ranked.matches.entries()) {
    order.set(match.productId, { ...match, match, score: 1 / (K + i + 1) });
  }
  for (const [i, { productId, imageId }] of told.entries()) {
    const known = order.get(productId) ?? { productId, imageId, match: null, score: 0 };
    order.set(productId, { ...known, score: known.score + 1 / (K + i + 1) });
  }
  return {
    order: [...order.values()].filter(({ productId }) => passes.has(productId)),
    strategy: ranked.strategy,
  };
}

/** Tells how alike the products are that only the words found; 0 where there is nothing to be like. */
async function withLikeness(
  { db, encoderId }: { db: Database; encoderId: string },
  vector: Float32Array | null,
  found: readonly Fused[],
): Promise<RankedMatch[]> {
  const unknown = found.filter(({ match }) => match === null).map(({ productId }) => productId);
  const best = new Map<number, IndexMatch>();
  if (vector !== null && unknown.length > 0) {
    for (const { productId, imageId, vector: image } of await readVectorsOfProducts(db, encoderId, unknown)) {
      const score = image.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0);
      if (score > (best.get(productId)?.score ?? -Infinity))
        best.set(productId, { productId, imageId, score });
    }
  }
  return found.map(({ productId, imageId, match, score: place }) => ({
    ...(match ?? best.get(productId) ?? { productId, imageId, score: 0 }),
    place,
  }));
}
