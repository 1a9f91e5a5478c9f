import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';
import type { FileChannel, FileLocation } from './channels-file.schema.js';

/** Currencies of the price lists by handle, and the handles of the locations. */
export async function readMarkets(
  db: Queryable,
): Promise<{ priceLists: ReadonlyMap<string, string>; locations: readonly string[] }> {
  const lists = await query(
    db,
    sql`/* import.listPriceLists */ SELECT handle, currency FROM price_lists`,
    z.object({ handle: z.string(), currency: z.string() }),
  );
  const locations = await query(
    db,
    sql`/* import.listLocations */ SELECT handle FROM stock_locations`,
    z.object({ handle: z.string() }),
  );
  return {
    priceLists: new Map(lists.map(({ handle, currency }) => [handle, currency])),
    locations: locations.map(({ handle }) => handle),
  };
}

export async function writeLocations(client: ClientBase, locations: readonly FileLocation[]): Promise<void> {
  const input = locations.map((location, position) => ({ ...location, position }));
  await execute(
    client,
    sql`/* import.upsertLocations */
      INSERT INTO stock_locations (handle, name, country_code, latitude, longitude, pickup)
      SELECT input.handle, input.name, input."countryCode", input.latitude, input.longitude, input.pickup
      FROM jsonb_to_recordset(${JSON.stringify(input)}::jsonb) AS input (position integer, handle text, name text,
        "countryCode" text, latitude double precision, longitude double precision, pickup boolean)
      LEFT JOIN stock_locations existing ON existing.handle = input.handle
      WHERE existing.id IS NULL OR
        (existing.name, existing.country_code, existing.latitude, existing.longitude, existing.pickup)
        IS DISTINCT FROM (input.name, input."countryCode", input.latitude, input.longitude, input.pickup)
      ORDER BY input.position
      ON CONFLICT (handle) DO UPDATE SET
        name = excluded.name, country_code = excluded.country_code, latitude = excluded.latitude,
        longitude = excluded.longitude, pickup = excluded.pickup`,
  );
}

/** Writes only channels that differ, because new prices or locations of a channel cause a check of every product. */
export async function writeChannels(client: ClientBase, channels: readonly FileChannel[]): Promise<void> {
  const differing = await query(
    client,
    sql`/* import.compareChannels */ SELECT input.handle
      FROM jsonb_to_recordset(${JSON.stringify(channels)}::jsonb) AS input (handle text, name text, language text, locations jsonb,
        "checkoutUrlTemplate" text, "holdUrlTemplate" text, "showsExactStock" boolean, "lowStockThreshold" integer, "holdSeconds" integer,
        "minHoldSeconds" integer, "maxHoldSeconds" integer)
      LEFT JOIN channels existing ON existing.handle = input.handle
      WHERE existing.id IS NULL OR (existing.name, existing.language, existing.checkout_url_template, existing.hold_url_template, existing.shows_exact_stock,
          existing.low_stock_threshold, existing.hold_seconds, existing.min_hold_seconds, existing.max_hold_seconds)
        IS DISTINCT FROM (input.name, coalesce(input.language, existing.language), input."checkoutUrlTemplate", input."holdUrlTemplate", input."showsExactStock", input."lowStockThreshold",
          input."holdSeconds", input."minHoldSeconds", input."maxHoldSeconds")
        OR ARRAY(
          SELECT location.handle::text FROM channel_locations served
          JOIN stock_locations location ON location.id = served.location_id
          WHERE served.channel_id = existing.id ORDER BY 1
        ) <> ARRAY(SELECT DISTINCT wanted FROM jsonb_array_elements_text(input.locations) AS wanted ORDER BY 1)`,
    z.object({ handle: z.string() }),
  );
  if (differing.length === 0) return;
  const handles = new Set(differing.map(({ handle }) => handle));
  const input = JSON.stringify(
    channels
      .filter(({ handle }) => handles.has(handle))
      .map((channel, position) => ({ ...channel, isDefault: channel.default, position })),
  );
  await execute(
    client,
    sql`/* import.addPriceLists */ INSERT INTO price_lists (handle, currency)
      SELECT handle, currency
      FROM jsonb_to_recordset(${input}::jsonb) AS input (position integer, handle text, currency text)
      WHERE NOT EXISTS (SELECT FROM price_lists existing WHERE existing.handle = input.handle)
      ORDER BY position`,
  );
  await execute(
    client,
    sql`/* import.upsertChannels */ INSERT INTO channels
        (handle, name, language, price_list_id, checkout_url_template, hold_url_template, shows_exact_stock, low_stock_threshold, hold_seconds,
          min_hold_seconds, max_hold_seconds, is_default)
      SELECT input.handle, input.name, coalesce(input.language, existing.language, 'en'), list.id, input."checkoutUrlTemplate", input."holdUrlTemplate", input."showsExactStock",
        input."lowStockThreshold", input."holdSeconds", input."minHoldSeconds", input."maxHoldSeconds",
        input."isDefault" AND NOT EXISTS (SELECT FROM channels WHERE is_default)
      FROM jsonb_to_recordset(${input}::jsonb) AS input (position integer, handle text, name text,
        language text, "checkoutUrlTemplate" text, "holdUrlTemplate" text, "showsExactStock" boolean, "lowStockThreshold" integer, "holdSeconds" integer,
        "minHoldSeconds" integer, "maxHoldSeconds" integer, "isDefault" boolean)
      JOIN price_lists list ON list.handle = input.handle
      LEFT JOIN channels existing ON existing.handle = input.handle
      ORDER BY input.position
      ON CONFLICT (handle) DO UPDATE SET
        name = excluded.name, language = excluded.language, checkout_url_template = excluded.checkout_url_template,
        hold_url_template = excluded.hold_url_template, shows_exact_stock = excluded.shows_exact_stock, low_stock_threshold = excluded.low_stock_threshold,
        hold_seconds = excluded.hold_seconds, min_hold_seconds = excluded.min_hold_seconds,
        max_hold_seconds = excluded.max_hold_seconds`,
  );
  await execute(
    client,
    sql`/* import.removeServing */ DELETE FROM channel_locations served
      USING channels channel, stock_locations location,
        jsonb_to_recordset(${input}::jsonb) AS input (handle text, locations jsonb)
      WHERE channel.id = served.channel_id AND location.id = served.location_id AND input.handle = channel.handle
        AND NOT input.locations ? location.handle`,
  );
  await execute(
    client,
    sql`/* import.addServing */ INSERT INTO channel_locations (channel_id, location_id)
      SELECT channel.id, location.id
      FROM jsonb_to_recordset(${input}::jsonb) AS input (handle text, locations jsonb)
      JOIN channels channel ON channel.handle = input.handle
      JOIN stock_locations location ON input.locations ? location.handle
      ON CONFLICT DO NOTHING`,
  );
}
