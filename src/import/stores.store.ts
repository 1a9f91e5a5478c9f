import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';

/** Country of a store that only its code describes: ISO 3166's code for "unknown". */
const UNKNOWN_COUNTRY = 'ZZ';

/**
 * The ids of stock locations by handle. Those that do not exist become locations of the channel, where orders are
 * picked up; existing ones stay as they are.
 */
export async function openStores(
  db: Queryable,
  channelId: number,
  stores: readonly { readonly handle: string; readonly name: string }[],
): Promise<ReadonlyMap<string, number>> {
  const input = JSON.stringify(stores);
  await execute(
    db,
    sql`/* import.addStores */ WITH added AS (
        INSERT INTO stock_locations (handle, name, country_code, pickup)
        SELECT handle, name, ${UNKNOWN_COUNTRY}, true
        FROM jsonb_to_recordset(${input}::jsonb) AS input (handle text, name text)
        WHERE NOT EXISTS (SELECT FROM stock_locations existing WHERE existing.handle = input.handle)
        ORDER BY handle
        ON CONFLICT (handle) DO NOTHING
        RETURNING id
      )
      INSERT INTO channel_locations (channel_id, location_id) SELECT ${channelId}, id FROM added`,
  );
  const rows = await query(
    db,
    sql`/* import.findStores */ SELECT handle, id FROM stock_locations
      WHERE handle = ANY(${stores.map(({ handle }) => handle)}::text[])`,
    z.object({ handle: z.string(), id: z.number() }),
  );
  return new Map(rows.map(({ handle, id }) => [handle, id]));
}

/** Which of these SKUs are in the catalog. */
export async function findCodes(client: ClientBase, codes: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await query(
    client,
    sql`/* import.findCodes */ SELECT code FROM skus WHERE code = ANY(${codes}::text[])`,
    z.object({ code: z.string() }),
  );
  return new Set(rows.map(({ code }) => code));
}
