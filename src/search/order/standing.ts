import type { Asked, IndexFilter, IndexMatch, SearchResult, VectorIndex } from '../../vector-index/port.js';
import { toRequest } from '../../vector-index/page.js';
import type { Place, RankedMatch, Ranking } from '../prove-page.js';
import { upTo } from './by-likeness.js';

/** A product of a standing order. */
export interface StandingMatch extends Pick<IndexMatch, 'productId' | 'imageId'> {
  /** Its likeness; null when the order does not include it and nothing has filled it in yet. */
  readonly score: number | null;
  readonly place: Place;
  /** Whether it passes the search's filter now. */
  readonly passes: boolean;
}

export interface StandingPage extends Pick<SearchResult, 'exhausted' | 'strategy'> {
  readonly matches: readonly StandingMatch[];
}

/** An order of products that does not depend on stock, so that it stays the same while products sell. */
export interface StandingOrder {
  /**
   * The next products after a place (null: from the start), at most `limit`; `passing` is the filter with stock.
   * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
   */
  next(passing: IndexFilter, limit: number, after: Place | null): Promise<StandingPage>;
}

/** At most this many are read for a page; then the page is cut, and its cursor continues from there. */
const MAX_READ = 1_000;

/**
 * By likeness to the query; empty when that is null. `lasting` is the filter without stock. It ends where the cosine is
 * below `least`.
 */
export function standingOrder(
  index: VectorIndex,
  asked: Asked | null,
  lasting: IndexFilter,
  least: number,
): StandingOrder {
  return {
    async next(passing, limit, after) {
      if (asked === null) return { matches: [], exhausted: true, strategy: 'EXACT' };
      const rest = { ...toRequest(asked), limit, ...(after === null ? {} : { after }) };
      const [all, some] = await index.search([
        { ...rest, filter: lasting },
        { ...rest, filter: passing },
      ]);
      if (all === undefined || some === undefined) throw new Error('the index answers every request');
      const passes = new Set(some.matches.map(({ productId }) => productId));
      const { matches: near, exhausted, strategy } = upTo(least, all);
      const matches = near.map((match, i) => ({
        ...match,
        place: { score: match.score, productId: match.productId, rank: (after?.rank ?? 0) + i + 1 },
        passes: passes.has(match.productId),
      }));
      return { matches, exhausted, strategy };
    },
  };
}

/** The products of a standing order that pass now; `tellLikeness` fills in scores that the order lacks. */
export function whatPasses(
  order: StandingOrder,
  tellLikeness: (found: readonly StandingMatch[]) => Promise<RankedMatch[]>,
): Ranking {
  return {
    async propose(filter, limit, after) {
      const found: StandingMatch[] = [];
      let reached = after;
      let span = limit;
      for (let read = 0; ;) {
        const { matches, exhausted, strategy } = await order.next(filter, span, reached);
        const before = found.length;
        for (const match of matches) {
          if (match.passes && found.length === limit)
            return { matches: await tellLikeness(found), exhausted: false, strategy };
          if (match.passes) found.push(match);
          reached = match.place;
        }
        read += matches.length;
        if (exhausted || found.length === limit || read >= MAX_READ) {
          const goOn = reached === null ? {} : { reached };
          return { matches: await tellLikeness(found), exhausted, strategy, ...goOn };
        }
        // Orders no more than the page needs; when none pass, passing products may be far down.
        span = found.length > before ? limit - found.length : 2 * span;
      }
    },
  };
}
