import type { Channel } from '../catalog/channel.types.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { AvailabilityFilter } from '../catalog/product-filter.types.js';
import type { OfferReads } from '../catalog/offer-reads.js';
import type { ShownOptions } from '../images/shown-options.js';
import type { Sku } from '../catalog/sku.types.js';
import type { Meter } from '../graph/meter.js';
import { limiter } from '../vision/limiter.js';
import { turnOnLoop } from '../platform/loop-turns.js';
import type { Database } from '../platform/postgres.js';
import { requestPayer } from '../platform/request-payer.js';
import { toIndexFilter } from '../projection/index-filter.js';
import type {
  IndexFilter,
  IndexMatch,
  RankingPosition,
  SearchResult,
  SearchStrategy,
} from '../vector-index/port.js';
import { prove, type Candidate, type Proof } from './prove.store.js';

/** Most pages lose a product or two between the index and Postgres, so ask for more than the page holds. */
const SPARE_SHARE = 0.25;
const SPARE_MIN = 4;
/**
 * A refill doubles what it asks for. After this many candidates, the page is cut and its cursor continues from there, so
 * that a search ends soon whatever the filter: proving this many takes some 100 milliseconds.
 */
const MAX_EXAMINED = 1_000;
/**
 * Candidates that the points of a search pay for, or as many as its first round asks for; each of the others takes about
 * as long as a point pays for.
 */
const INCLUDED_CANDIDATES = 250;

/** Searches that are worked on at once; clients take turns. What one has found waits for the event loop in memory. */
const AT_ONCE = 16;
/** Even alone, a client leaves some to whoever comes next. */
const AT_ONCE_A_CLIENT = 12;
const inTurn = limiter(AT_ONCE, { perClient: AT_ONCE_A_CLIENT });

/** The services that a proof needs. */
export interface ProofServices {
  readonly db: Database;
  /** How far the index has followed Postgres (pg_snapshot). */
  indexPosition(): string;
  readonly meter: Pick<Meter, 'pageProven'>;
}

/** A place in an order of products: right after this product. */
export interface Place extends RankingPosition {
  /** For orders that are made in windows: where the window begins in the base order; null: at its start. */
  readonly window?: RankingPosition | null;
}

/** A product of a ranking, and its place if the score does not determine that. */
export interface RankedMatch extends IndexMatch {
  readonly place?: Place;
}

/** A page of candidates. */
export interface RankedPage extends SearchResult {
  readonly matches: readonly RankedMatch[];
  /** Where to continue, if not after the last match. */
  readonly reached?: Place;
}

/** An order of products, as the index has them. */
export interface Ranking {
  /**
   * The next `limit` products after a place (null: from the start) that pass the filter.
   * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
   */
  propose(filter: IndexFilter, limit: number, after: Place | null): Promise<RankedPage>;
}

/** Like `prove`, with the connections and index of this process. */
export type Prove = (
  channel: Channel,
  condition: ProductCondition,
  candidates: readonly Candidate[],
  reads: OfferReads,
) => Promise<Proof>;

export interface SearchPlan {
  readonly ranking: Ranking;
  readonly condition: ProductCondition;
  readonly channel: Channel;
  readonly excludeProducts: readonly number[];
  /** Aborts when nobody waits for the page any more. */
  readonly signal: AbortSignal;
  /** What is shown of the products' offers; by default, all of it. */
  readonly reads?: OfferReads;
  /** For searches of one request that are proven together; by default, each is proven by itself. */
  readonly prove?: Prove;
}

/** A product that Postgres proved, with its place in the ranking of the index. */
interface ProvenMatch extends IndexMatch {
  readonly position: Place;
  /** The SKUs that pass the filter, if SKUs were read. */
  readonly passing: readonly Sku[];
  /** The options that the matching image shows. */
  readonly shows: ShownOptions;
  /** The image to show: the matching one, or another of the product if that shows nothing that passes. */
  readonly pictureId: number;
}

export interface SearchPage {
  readonly matches: readonly ProvenMatch[];
  /** Where the next page continues; null when there is none. */
  readonly next: Place | null;
  /** The statement that proved every match of the page. */
  readonly proof: Proof;
  readonly strategy: SearchStrategy;
  readonly candidates: number;
  readonly dropped: number;
  readonly refills: number;
}

type PlacedMatch = IndexMatch & { readonly position: Place };

/**
 * One page of a stock-proven ranking. The index proposes products that pass according to its (possibly stale)
 * payload; one Postgres statement proves them. Products that fail are dropped, and the index is asked for more until
 * the page is full, the ranking ends, or MAX_EXAMINED candidates were looked at. A refill proves the whole page again, so
 * that the whole page is from one snapshot.
 *
 * @throws RequestError SERVICE_OVERLOADED when it waited too long for its turn; the reason of the plan's signal
 */
export const searchPage = (
  services: ProofServices,
  plan: SearchPlan,
  first: number,
  after: Place | null,
): Promise<SearchPage> => {
  const read = (): Promise<SearchPage> => readPage(services, plan, first, after);
  // Those that are proven together wait for a turn together; one that waited alone would miss the others.
  return plan.prove === undefined ? inTurn(read, plan.signal) : read();
};

/**
 * What the index proposes as the first `most` products of a plan, in the turns of searches: nothing of it is proven.
 *
 * @throws RequestError SERVICE_OVERLOADED when it waited too long for its turn; the reason of the plan's signal
 */
export const proposeFirst = (
  { ranking, condition, channel, excludeProducts, signal }: SearchPlan,
  most: number,
): Promise<{ readonly productIds: readonly number[]; readonly hasMore: boolean }> =>
  inTurn(async () => {
    await turnOnLoop(signal);
    const filter = toIndexFilter(condition, channel.handle, excludeProducts);
    const { matches, exhausted } = await ranking.propose(filter, wantedFor(most), null);
    return {
      productIds: matches.slice(0, most).map(({ productId }) => productId),
      hasMore: matches.length > most || !exhausted,
    };
  }, signal);

/** One extra match shows whether there is another page. */
const wantedFor = (first: number): number => first + 1;

/** The candidates that a page asks the index for, unless that is not enough. */
export const firstAsk = (first: number): number =>
  wantedFor(first) + Math.max(SPARE_MIN, Math.ceil(wantedFor(first) * SPARE_SHARE));

async function readPage(
  services: ProofServices,
  plan: SearchPlan,
  first: number,
  after: Place | null,
): Promise<SearchPage> {
  const filter = toIndexFilter(plan.condition, plan.channel.handle, plan.excludeProducts);
  const wanted = wantedFor(first);
  let ask = firstAsk(first);
  const mostExamined = Math.max(MAX_EXAMINED, ask);
  const included = Math.max(INCLUDED_CANDIDATES, ask);
  const { prove: proveAll = proverOf(services), reads = 'SKUS' } = plan;
  let position = after;
  let proven: PlacedMatch[] = [];
  let candidates = 0;
  let dropped = 0;

  for (let refills = 0; ; refills += 1) {
    if (plan.prove === undefined) await turnOnLoop(plan.signal);
    else plan.signal.throwIfAborted();
    const result = await plan.ranking.propose(filter, ask, position);
    const rank = position?.rank ?? 0;
    const found = result.matches.map(({ place, ...match }, i) => ({
      ...match,
      position: place ?? { score: match.score, productId: match.productId, rank: rank + i + 1 },
    }));
    // A product that was encoded again in the meantime may appear a second time.
    const examined = [
      ...proven,
      ...found.filter(({ productId }) => !proven.some((known) => known.productId === productId)),
    ];
    const proof = await proveAll(plan.channel, plan.condition, examined, reads);
    proven = examined.filter(({ productId }) => proof.passing.has(productId));
    payForMore(candidates, found.length, included);
    candidates += found.length;
    dropped += examined.filter(({ productId }) => soldOut(plan.condition, proof, productId)).length;
    position = result.reached ?? found.at(-1)?.position ?? position;

    const full = proven.length >= wanted;
    if (full || result.exhausted || candidates >= mostExamined) {
      services.meter.pageProven({ candidates, dropped, refills });
      const page = proven.slice(0, first);
      const last = page.at(-1)?.position ?? null;
      return {
        matches: page.map((match) => ({
          ...match,
          passing: proof.passing.get(match.productId) ?? [],
          shows: proof.shows.get(match.imageId) ?? {},
          pictureId: proof.pictures.get(match.imageId) ?? match.imageId,
        })),
        next: proven.length > first ? last : result.exhausted ? null : position,
        proof,
        strategy: result.strategy,
        candidates,
        dropped,
        refills,
      };
    }
    ask = Math.min(mostExamined - candidates, ask * 2);
  }
}

/** Takes a point for each of `more` candidates beyond those included. @throws ThrottledError */
function payForMore(candidates: number, more: number, included: number): void {
  const points = candidates + more - Math.max(candidates, included);
  if (points > 0) requestPayer()?.pay(points);
}

export const proverOf =
  (services: ProofServices): Prove =>
  (channel, condition, candidates, reads) =>
    prove(services.db, channel, condition, candidates, { position: services.indexPosition(), reads });

/** The index called it sellable; in Postgres it has nothing to sell, is gone, or no longer matches the filter. */
function soldOut({ availability }: ProductCondition, proof: Proof, productId: number): boolean {
  if (availability !== AvailabilityFilter.SELLABLE) return false;
  if (proof.passing.has(productId) || proof.others.has(productId)) return false;
  return !(proof.skus.get(productId) ?? []).some((sku) => sku.sellable > 0);
}
