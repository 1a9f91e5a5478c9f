import { z } from 'zod';
import type { Shop } from './shop.js';

/** Stock changes per second from the registers and warehouses of a mid-sized shop: 2,000 a minute. */
export const BUSY_CHANGES_PER_SECOND = 2_000 / 60;
export const LOAD_NOTE =
  'a change of stock is a transaction of its own over SQL, from another process; one in ten empties or fills a level';

/** Writers of stock in a separate process; with `only`, just for the SKUs that match it. */
export async function startStockWriters(shop: Shop, only = 'true') {
  const helper = shop.startHelper('stock-load.ts', shop.databaseUrl, only);
  const start = (connections: number, perSecond: number | null): Promise<null> =>
    helper.order(z.null(), { do: 'start', connections, perSecond });
  const stop = (): Promise<number> => helper.order(z.number(), { do: 'stop' });
  // It sets up the stock before it accepts orders.
  await start(0, null);
  await stop();
  return { start, stop };
}
