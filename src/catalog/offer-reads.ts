import type { GraphQLResolveInfo } from 'graphql';
import { selects } from '../graph/selects.js';

/** What an answer shows of the offers of its products, beyond that there are some; `SKUS` includes the prices. */
export type OfferReads = 'SKUS' | 'PRICES' | null;

/** The fields of a product that its SKUs answer, and the one that prices alone answer. */
const OF_SKUS = new Set(['skus', 'options', 'availability']);
const OF_PRICES = new Set(['priceRange']);

/** What a request reads of the products of a connection. `ofEdges`: the fields of its edges that need their SKUs. */
export function offerReads(info: GraphQLResolveInfo, ofEdges: ReadonlySet<string>): OfferReads {
  const ofNodes = (names: ReadonlySet<string>): boolean =>
    selects(info, names, ['nodes']) || selects(info, names, ['edges', 'node']);
  if (ofNodes(OF_SKUS) || selects(info, ofEdges, ['edges'])) return 'SKUS';
  return ofNodes(OF_PRICES) ? 'PRICES' : null;
}
