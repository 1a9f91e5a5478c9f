import { ask } from '../api/ask.js';
import { FACETS, toWhere } from '../filter/filters.js';
import {
  BrowseDocument,
  FindAlikeDocument,
  IdeasOfBoardDocument,
  MoreAlikeDocument,
  NarrowAlikeDocument,
  type MatchPageFragment,
  type ProductFilter,
  type VisualQueryInput,
} from '../generated/graphql.js';
import type { Filters, Sort } from '../place.js';
import { toItems } from './item.js';
import type { ListPage, Source } from './listing.js';

/** Sorting needs an end of what is alike: below, matches are of another kind. */
const SORTED_FROM_SCORE = 0.6;

/** All products, or those that words find. */
export function browse(channel: string, text: string | null, filters: Filters, sort: Sort): Source {
  const best = text === null ? 'NEWEST' : 'RELEVANCE';
  return {
    async page(after, signal) {
      const { edges, pageInfo, totalCount, facets } = await ask(
        BrowseDocument,
        {
          channel,
          text,
          where: toWhere(filters),
          sort: sort === 'BEST' ? best : sort,
          after,
          isFirst: after === null,
          by: FACETS,
        },
        (data) => data.products,
        signal,
      );
      return {
        items: toItems(edges),
        next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
        ...(after === null
          ? { counts: { total: totalCount ?? null, facets: facets ?? [], refinements: [] } }
          : {}),
      };
    },
  };
}

/** What looks like the query. */
export function alike(channel: string, query: VisualQueryInput, filters: Filters, sort: Sort): Source {
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
