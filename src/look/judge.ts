import type { Context } from '../graph/request-context.js';
import { VOTERS } from '../identify/voters.js';
import {
  MATCH_ALL,
  type IndexFilter,
  type IndexMatch,
  type SearchRequest,
  type SearchResult,
} from '../vector-index/port.js';
import type { QueryVector } from '../search/query/query-vector.js';
import type { SearchServices } from '../search/search-services.js';
import type { LookImage } from './look-image.js';
import type { Region } from './region-proposer.js';

/** Sellable products requested for each region at once: a first page of the default size, plus the spare ones. */
const PROPOSED = 32;

/** Products beyond the voters that are asked for: enough for some that may hang where the region is. */
const MORE = 48;

/** A region with the index's results for it. */
export interface Judged extends Region {
  /** The same as in a search by the image and the box. */
  readonly query: QueryVector;
  /** The best products whatever their stock, as `identify` requests them. */
  readonly nearest: readonly IndexMatch[];
  /** The next ones, for a vote of those that may hang on a part of a body; none elsewhere. */
  readonly more: readonly IndexMatch[];
  /** The best products that pass the filter, and whether there are more. */
  readonly sellable: SearchResult;
}

/**
 * Queries the index about all regions in one call.
 * @throws RequestError INDEX_UNAVAILABLE, SERVICE_OVERLOADED
 */
export async function judgeRegions(
  services: SearchServices,
  { loaders: { images }, caller }: Context,
  image: LookImage,
  regions: readonly { readonly region: Region; readonly isOnBody: boolean }[],
  filter: IndexFilter,
): Promise<ReadonlyMap<Region, Judged>> {
  const queries = await Promise.all(
    regions.map(async ({ region }) => {
      services.imageVectors.remember(image.sha256, region.box, region.vector);
      const like = [{ image: { id: image.id }, box: region.box }];
      return services.queryVectors.resolve({ like }, { ...services, images, caller });
    }),
  );
  const results = await services.index.search(
    regions.flatMap(({ region: { vector }, isOnBody }): SearchRequest[] => [
      { vector, filter: MATCH_ALL, limit: VOTERS + (isOnBody ? MORE : 0) },
      { vector, filter, limit: PROPOSED },
    ]),
  );
  return new Map(
    regions.map(({ region }, i) => {
      const [query, all, sellable] = [queries[i], results[2 * i], results[2 * i + 1]];
      if (query === undefined || all === undefined || sellable === undefined)
        throw new Error('the index answers every request');
      const [nearest, more] = [all.matches.slice(0, VOTERS), all.matches.slice(VOTERS)];
      return [region, { ...region, query, nearest, more, sellable }];
    }),
  );
}

/** Similarity to the nearest image of the catalog; −1 when the catalog is empty. */
export const similarity = ({ nearest: [best] }: Judged): number => best?.score ?? -1;
