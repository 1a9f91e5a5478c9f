import { z } from 'zod';
import type { Shop } from './shop.js';

/** What a mid-sized shop's tills and warehouses write, in changes of stock a second: 2,000 a minute. */
export const BUSY_CHANGES_PER_SECOND = 2_000 / 60;
export const LOAD_NOTE =
  'a change of stock is a transaction of its own over SQL, from another process; one in ten empties or fills a level';

/** Writers of stock in a process of their own; of the SKUs that fulfil `only`, when there is one. */
export async function startStockWriters(shop: Shop, only = 'true') {
  const helper = shop.startHelper('stock-load.ts', shop.databaseUrl, only);
  const start = (connections: number, perSecond: number | null): Promise<null> =>
    helper.order(z.null(), { do: 'start', connections, perSecond });
  const stop = (): Promise<number> => helper.order(z.number(), { do: 'stop' });
  // It sets the stock up before it takes orders.
  await start(0, null);
  await stop();
  return { start, stop };
}
