import { listMarkets } from '../import/market.store.js';
import { OperatorError } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';

/** The ids of the channels with these handles. @throws OperatorError that names a channel that does not exist */
export async function findChannels(db: Database, handles: readonly string[]): Promise<number[]> {
  if (handles.length === 0) return [];
  const markets = await listMarkets(db);
  return handles.map((handle) => {
    const market = markets.find((known) => known.handle === handle);
    if (market !== undefined) return market.channelId;
    throw new OperatorError(
      markets.length === 0
        ? `There is no channel ${handle}, and the catalog is empty: import a feed first.`
        : `There is no channel ${handle}: use one of ${markets.map((known) => known.handle).join(', ')}.`,
    );
  });
}
