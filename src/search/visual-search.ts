import { createHash } from 'node:crypto';
import type { GraphQLResolveInfo } from 'graphql';
import type { Channel } from '../catalog/channel.types.js';
import { instantiate } from '../graph/node.js';
import { checkFirst, PageInfo } from '../graph/page-info.js';
import { checkProductFilter, sellableFirst, type ProductCondition } from '../catalog/product-filter.js';
import { offerReads, type OfferReads } from '../catalog/offer-reads.js';
import type { ProductFilter } from '../catalog/product-filter.types.js';
import type { ChannelStores } from '../catalog/loaders.js';
import type { Context } from '../graph/request-context.js';
import { checkSearchText } from '../catalog/search-text.js';
import { requireLocation } from '../catalog/require-location.js';
import { cursorLanguage } from '../catalog/text-languages.js';
import { readCursor, writeCursor } from './cursor.js';
import { BEST, type BestMatches, searchCounter } from './search-counter.js';
import { ItemBox } from '../images/box.types.js';
import { toImageTrust } from '../images/image-trust.types.js';
import { picturedFirst } from '../images/shown-options.js';
import type { IndexMatch } from '../vector-index/port.js';
import type { QueryVector } from './query/query-vector.js';
import { checkDiversity, checkMinScore, rankQuery, scaleOf } from './order/rank-query.js';
import { sharedStart } from './order/shared-start.js';
import { checkSort, sortedRanking } from './order/sorted.js';
import { probabilitiesOf, type ProbabilityOf } from './probability/same-products.js';
import type { SearchServices } from './search-services.js';
import {
  firstAsk,
  proposeFirst,
  searchPage,
  type Prove,
  type Ranking,
  type SearchPage,
  type SearchPlan,
} from './prove-page.js';
import { RANKING_COST, TEXT_COST } from './visual-search.arguments.js';
import { VisualSearchSort } from './visual-search-sort.types.js';
import {
  SearchReport,
  SearchStrategy,
  VisualMatchEdge,
  VisualMatchConnection,
} from './visual-search.types.js';

/** Length in base64: enough that two searches never share it by chance. */
const FINGERPRINT_CHARACTERS = 9;

export interface PageOfSearch {
  readonly where: ProductFilter | null;
  readonly first: number;
  readonly after: string | null;
  /** Words to fuse with the likeness. */
  readonly text?: string | null;
  /** From 0 (most similar first) to 1 (results as different from each other as possible). */
  readonly diversity: number;
  /** Products that are less similar are left out, unless the words found them; null: none. */
  readonly minScore?: number | null;
  /** By default, by likeness. */
  readonly sort?: VisualSearchSort;
  /** What the page shows of its products' offers; by default, all of it. */
  readonly reads?: OfferReads;
  /** Whether the best matches will be counted: they are then ranked together with the page. */
  readonly isCounted?: boolean;
}

/** The SKUs of an edge are those that pass. Its image only has to show one of them. */
const OF_EDGES = new Set(['skus']);

/** What a request shows of the offers that a search finds. */
export const searchReads = (info: GraphQLResolveInfo): OfferReads => offerReads(info, OF_EDGES);

/** Results that several searches share. */
export interface SharedSearch {
  /** The ranking by similarity to the query. */
  readonly ranking: Ranking;
  /** The best products of the whole catalog, at least two. */
  readonly nearest: readonly IndexMatch[];
  readonly prove: Prove;
}

/**
 * One page of products that are similar to the query and can be bought.
 * @throws RequestError BAD_USER_INPUT, INVALID_CURSOR, INDEX_UNAVAILABLE
 */
export async function visualSearch(
  services: SearchServices,
  context: Context,
  resolveQuery: () => Promise<QueryVector>,
  {
    where,
    first,
    after,
    text,
    diversity,
    minScore = null,
    sort = VisualSearchSort.LIKENESS,
    reads = 'SKUS',
    isCounted = false,
  }: PageOfSearch,
  shared?: SharedSearch,
): Promise<VisualMatchConnection> {
  const started = performance.now();
  checkFirst(first);
  checkDiversity(diversity);
  checkMinScore(minScore);
  const stores = await context.inChannel();
  const { channel, languages } = stores;
  const condition = checkProductFilter(where, channel.currencyCode);
  if (condition.locationKey !== null) await requireLocation(stores, condition.locationKey);
  const words = checkSearchText(text);
  // The vector is of the words as typed: a model knows words that no product has.
  const [query, mended, textVector] = await Promise.all([
    resolveQuery(),
    words === null ? null : stores.products.mendText(words),
    words === null ? null : services.imageVectors.ofText(words),
  ]);
  const isOnlyWords = words !== null && textVector === null && query.asked === null;
  checkSort(sort, { minScore, diversity, isOnlyWords });
  const isLikeness = sort === VisualSearchSort.LIKENESS;
  const isPlain = mended === null && diversity === 0 && minScore === null && isLikeness;
  const fingerprint = fingerprintOf(channel, condition, {
    identity: isPlain
      ? query.identity
      : [
          query.identity,
          mended,
          ...(mended === null ? [] : cursorLanguage(channel, languages)),
          diversity,
          ...(minScore === null && textVector === null ? [] : [minScore]),
          ...(textVector === null ? [] : [words]),
          ...(isLikeness ? [] : [sort]),
        ],
  });
  const position = after === null ? null : readCursor(fingerprint, after);

  const scope = { condition, channel, excludeProducts: query.products, signal: context.signal };
  const asked = {
    ...scope,
    languages,
    query,
    text: mended,
    textVector,
    minScore,
    needsAllWords: !isLikeness,
  };
  const rank = (filter: ProductCondition, spread: number): Ranking =>
    rankQuery(services, context, { ...asked, condition: filter, diversity: spread });
  const alike = shared?.ranking ?? rank(condition, 0);
  const ranking = isCounted ? sharedStart(alike, firstAsk(BEST)) : alike;
  const ordered = diversity > 0 && !shared ? rank(condition, diversity) : ranking;
  const plan = {
    ...{ ...scope, reads },
    ...(shared && { prove: shared.prove }),
    ranking: sortedRanking(services.db, ordered, { sort, condition, channel }),
  };
  const page = await searchPage(services, plan, first, position);
  const edges = await toEdges(context, stores, page, {
    fingerprint,
    scale: scaleOf(query, textVector),
    probabilityOf: probabilitiesOf(services, query, shared?.nearest),
  });
  const bestOf = (order: SearchPlan): BestMatches => ({
    propose: () => proposeFirst(order, BEST),
    prove: once(() => searchPage(services, { ...order, reads: null }, BEST, null)),
  });
  const best = bestOf({ ...scope, ranking });
  return instantiate(VisualMatchConnection, {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: page.next !== null,
      hasPreviousPage: position !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: page.next === null ? (edges.at(-1)?.cursor ?? null) : writeCursor(fingerprint, page.next),
    }),
    search: instantiate(SearchReport, {
      region: query.region && instantiate(ItemBox, query.region),
      trust: query.trust && toImageTrust(query.trust),
      byConsensus: query.byConsensus,
      asOf: page.proof.asOf,
      indexLagMs: page.proof.indexLagMs,
      strategy: SearchStrategy[page.strategy],
      candidates: page.candidates,
      dropped: page.dropped,
      refills: page.refills,
      encoder: services.encoderId,
      tookMs: performance.now() - started,
    }),
    counter: searchCounter(stores.counts, {
      ...{ channel, condition, best },
      bestOf: (filter) => bestOf({ ...scope, condition: filter, ranking: rank(filter, 0) }),
      rankingCost: RANKING_COST + (mended === null ? 0 : TEXT_COST),
    }),
    basis: { best: () => best.prove(), condition, query: isOfOneLook(query) ? query : null },
  });
}

/** Not the many looks of a board. */
const isOfOneLook = ({ plain, region }: QueryVector): boolean =>
  plain instanceof Float32Array || (plain !== null && region !== null);

/** For what a client may ask for several times, and most clients do not ask for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => (result ??= work());
}

/** Distinguishes the cursors of this search from those of another. */
export function fingerprintOf(
  channel: Channel,
  condition: ProductCondition,
  { identity }: Pick<QueryVector, 'identity'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([channel.handle, condition, identity]))
    .digest('base64url')
    .slice(0, FINGERPRINT_CHARACTERS);
}

/** The data that all edges of a search share. */
interface EdgeFacts {
  readonly fingerprint: string;
  /** Multiplier of a score: see QueryVector. */
  readonly scale: number;
  readonly probabilityOf: ProbabilityOf;
}

/** Loads the matched products and images, and gives each product the SKUs or prices that it was proven with. */
export async function toEdges(
  { loaders: { images } }: Context,
  { products }: ChannelStores,
  { matches, proof }: SearchPage,
  { fingerprint, scale, probabilityOf }: EdgeFacts,
): Promise<VisualMatchEdge[]> {
  const edges = await Promise.all(
    matches.map(async ({ productId, imageId, pictureId, score, position, passing }) => {
      const [product, image] = await Promise.all([
        products.byKey.load(productId),
        images.byKey.load(pictureId),
      ]);
      // Deleted after it was proven.
      if (product === null || image === null) return null;
      const [skus, prices] = [proof.skus.get(productId), proof.prices.get(productId)];
      const node = skus ? product.provenWith(skus) : prices ? product.pricedWith(prices) : product;
      const cursor = writeCursor(fingerprint, position);
      const estimate = (): Promise<number | null> => probabilityOf({ productId, imageId, score });
      return instantiate(VisualMatchEdge, {
        cursor,
        node,
        image,
        score: score * scale,
        skus: picturedFirst(sellableFirst(passing), proof.shows.get(pictureId)),
        estimate,
      });
    }),
  );
  return edges.filter((edge) => edge !== null);
}
