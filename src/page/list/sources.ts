import { ask } from '../api/ask.js';
import { FACETS, toWhere } from '../filter/filters.js';
import { chosenColors } from '../filter/swatch.js';
import {
  BrowseDocument,
  type BrowseQuery,
  FindAlikeDocument,
  IdeasOfBoardDocument,
  MoreAlikeDocument,
  NarrowAlikeDocument,
  type MatchPageFragment,
  type ProductFilter,
  type ProductPageOfListFragment,
  type ProductSort,
  type VisualQueryInput,
  type VisualReferenceInput,
} from '../generated/graphql.js';
import { type Filters, NO_FILTERS, type Sort } from '../place.js';
import { askedWords } from './asked-words.js';
import { toItems } from './item.js';
import type { Counts, ListPage, Source } from './listing.js';

/** Sorting needs an end of what is alike: below, matches are of another kind. */
const SORTED_FROM_SCORE = 0.6;

/** All products, or those that words find. */
export function browse(channel: string, text: string | null, filters: Filters, sort: Sort): Source {
  const best: ProductSort = text === null ? 'NEWEST' : 'RELEVANCE';
  const question = {
    channel,
    text,
    where: toWhere(filters),
    sort: sort === 'BEST' ? best : sort,
    by: FACETS,
  };
  return {
    async page(after, signal) {
      const products = await ask(
        BrowseDocument,
        { ...question, after, isFirst: after === null },
        (data) => data.products,
        signal,
      );
      return { ...toBrowsed(products), ...(after === null ? { counts: toCounts(products) } : {}) };
    },
  };
}

/** The first pages of markets, which came before anybody knew that they would be shown. */
const brought = new Map<string, ProductPageOfListFragment>();

/** Keeps the first page of what is new in a market until `newest` needs it. */
export const bringFirstPage = (channel: string, products: ProductPageOfListFragment): void =>
  void brought.set(channel, products);

/** What is new in a market. */
export function newest(channel: string): Source {
  const asked = browse(channel, null, NO_FILTERS, 'NEWEST');
  const first = brought.get(channel);
  // It is not new for long.
  brought.delete(channel);
  if (first === undefined) return asked;
  return {
    page: (after, signal) => (after === null ? Promise.resolve(toBrowsed(first)) : asked.page(after, signal)),
    counts: (signal) =>
      ask(
        BrowseDocument,
        { channel, sort: 'NEWEST', first: 1, by: FACETS },
        (data) => data.products && toCounts(data.products),
        signal,
      ),
  };
}

const toBrowsed = ({ edges, pageInfo }: ProductPageOfListFragment): ListPage => ({
  items: toItems(edges),
  next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
});

const toCounts = ({ totalCount, facets }: NonNullable<BrowseQuery['products']>): Counts => ({
  total: totalCount ?? null,
  facets: facets ?? [],
  refinements: [],
});

/** What looks like the query. */
export function alike(channel: string, like: VisualReferenceInput[], filters: Filters, sort: Sort): Source {
  // Of what has a color that is chosen, that which is mostly of it comes first.
  const text = filters.words === null ? null : (askedWords(filters.words) ?? filters.words);
  const query: VisualQueryInput = { like, colors: chosenColors(filters), text };
  const minScore = sort === 'BEST' ? null : SORTED_FROM_SCORE;
  const where = toWhere(filters);
  return {
    async page(after, signal) {
      const search = await ask(
        FindAlikeDocument,
        { channel, query, where, sort: sort === 'BEST' ? null : sort, minScore, after },
        (data) => data.visualSearch,
        signal,
      );
      return toPage(search);
    },
    async counts(signal) {
      const { totalCount, facets, refinements } = await ask(
        NarrowAlikeDocument,
        { channel, query, where, minScore, by: FACETS },
        (data) => data.visualSearch,
        signal,
      );
      return { total: totalCount ?? null, facets: facets ?? [], refinements: refinements ?? [] };
    },
  };
}

/** What looks like a product, without the product itself. */
export const alikeProduct = (channel: string, product: string, where: ProductFilter = {}): Source => ({
  page: async (after, signal) =>
    toPage(
      await ask(
        MoreAlikeDocument,
        { channel, product, where, after },
        (data) => data.product?.similar,
        signal,
      ),
    ),
});

/** What would fit on a board. */
export const ideas = (channel: string, board: string): Source => ({
  page: async (after, signal) =>
    toPage(await ask(IdeasOfBoardDocument, { channel, board, after }, (data) => data.board?.ideas, signal)),
});

const toPage = ({ edges, pageInfo, search }: MatchPageFragment): ListPage => ({
  items: toItems(edges),
  next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
  region: search.region,
});
