import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';

const market = z.object({
  channelId: z.number(),
  handle: z.string(),
  priceListId: z.number(),
  currency: z.string(),
  language: z.string(),
  isDefault: z.boolean(),
  /** The location of the feed's stock: the channel's first. */
  locationId: z.number().nullable(),
});
/** A channel with the places that an import writes to. */
export type Market = z.infer<typeof market>;

/** All channels, oldest first. */
export async function listMarkets(db: Queryable): Promise<Market[]> {
  return query(
    db,
    sql`/* import.listMarkets */ SELECT channel.id AS "channelId", channel.handle, list.id AS "priceListId", list.currency,
        channel.language,
        channel.is_default AS "isDefault",
        (SELECT min(location_id) FROM channel_locations served WHERE served.channel_id = channel.id) AS "locationId"
      FROM channels channel JOIN price_lists list ON list.id = channel.price_list_id
      ORDER BY channel.id`,
    market,
  );
}

/** Country of a location that the feed does not describe: ISO 3166's code for "unknown". */
const UNKNOWN_COUNTRY = 'ZZ';

/**
 * Creates a channel with a price list and a stock location of the same name; the first channel becomes the default.
 */
export async function createMarket(client: ClientBase, handle: string, currency: string): Promise<void> {
  await execute(
    client,
    sql`/* import.createLocation */ INSERT INTO stock_locations (handle, name, country_code)
      VALUES (${handle}, ${handle}, ${UNKNOWN_COUNTRY}) ON CONFLICT (handle) DO NOTHING`,
  );
  await execute(
    client,
    sql`/* import.createPriceList */ INSERT INTO price_lists (handle, currency) VALUES (${handle}, ${currency})`,
  );
  await execute(
    client,
    sql`/* import.createChannel */ INSERT INTO channels (handle, name, price_list_id, is_default)
      SELECT ${handle}, ${handle}, list.id, NOT EXISTS (SELECT FROM channels WHERE is_default)
      FROM price_lists list WHERE list.handle = ${handle}`,
  );
  await execute(
    client,
    sql`/* import.serveChannel */ INSERT INTO channel_locations (channel_id, location_id)
      SELECT channel.id, location.id FROM channels channel, stock_locations location
      WHERE channel.handle = ${handle} AND location.handle = ${handle}`,
  );
}

/** Sets the language of a channel, and thus of requests that name none. */
export async function setLanguage(db: Queryable, channelId: number, language: string): Promise<void> {
  await execute(
    db,
    sql`/* import.setLanguage */ UPDATE channels SET language = ${language} WHERE id = ${channelId} AND language <> ${language}`,
  );
}
