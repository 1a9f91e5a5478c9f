import { toGlobalId } from 'graphql-relay';
import { RequestError } from '../errors.js';
import { instantiate, readKey } from '../graph/node.js';
import { checkFirst, PageInfo } from '../graph/page-info.js';
import { checkPlace, distanceKm } from './distance.js';
import type { ChannelStores } from './loaders.js';
import {
  type GeoPointInput,
  StockLocation,
  StockLocationConnection,
  StockLocationEdge,
} from './location.types.js';

const CURSOR = 'LocationCursor';

interface LocationList {
  readonly near: GeoPointInput | null;
  readonly pickup: boolean | null;
  readonly first: number;
  readonly after: string | null;
}

/** One page of the channel's locations. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function listLocations(
  { locations }: Pick<ChannelStores, 'locations'>,
  { near, pickup, first, after }: LocationList,
): Promise<StockLocationConnection> {
  checkFirst(first);
  if (near !== null) checkPlace(near);
  // A channel has few locations, and only all of them together can be sorted by distance.
  const sorted = await locations.all(near, pickup);
  const start =
    after === null
      ? 0
      : 1 +
        indexOf(
          sorted.map(({ key }) => key),
          after,
        );
  const edges = sorted.slice(start, start + first).map((row) => {
    const { key, handle, name, countryCode, pickup } = row;
    const node = instantiate(StockLocation, { key, handle, name, countryCode });
    const km = near === null ? null : distanceKm(near, row);
    return instantiate(StockLocationEdge, { cursor: toGlobalId(CURSOR, key), node, distanceKm: km, pickup });
  });
  return instantiate(StockLocationConnection, {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: start + first < sorted.length,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
  });
}

function indexOf(keys: readonly number[], cursor: string): number {
  const index = keys.indexOf(readKey(CURSOR, cursor) ?? 0);
  if (index >= 0) return index;
  throw new RequestError(
    'INVALID_CURSOR',
    'This is not a cursor of this list, or its location is gone: start without `after`.',
  );
}
