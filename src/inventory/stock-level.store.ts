import type { ClientBase } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { execute, query } from '../platform/postgres.js';
import { locationRow } from '../catalog/location.store.js';

// Every writer of stock uses the same order, so that writers do not deadlock: first it adds missing levels, then it
// locks existing ones, each in the order of SKU and location.

const targetRow = z.object({
  skuKey: z.number().nullable(),
  location: locationRow.nullable(),
  /** Null: there is none. */
  level: z.object({ onHand: z.number().nullable(), safetyStock: z.number() }).nullable(),
});

const countRow = z.object({
  skuKey: z.number(),
  locationKey: z.number(),
  onHand: z.number().nullable(),
  safetyStock: z.number(),
});

/** The merchant's quantities of an SKU at a location. */
export type LevelCount = z.infer<typeof countRow>;

type LevelKey = Pick<LevelCount, 'skuKey' | 'locationKey'>;

export const levelRow = countRow.extend({ held: z.number(), sellable: z.number() });

/** A stored level. */
export type LevelRow = z.infer<typeof levelRow>;

const COUNT_COLUMNS = sql`level.sku_id AS "skuKey", level.location_id AS "locationKey", level.on_hand AS "onHand",
  level.safety_stock AS "safetyStock"`;

/** The SKUs and locations with these codes and handles, and their committed levels, in the same order. */
export async function findTargets(
  client: ClientBase,
  entries: readonly { readonly sku: string; readonly location: string }[],
): Promise<z.infer<typeof targetRow>[]> {
  return query(
    client,
    sql`/* stock.targets */
      SELECT sku.id AS "skuKey",
        CASE WHEN location.id IS NOT NULL THEN jsonb_build_object('key', location.id, 'handle', location.handle,
          'name', location.name, 'countryCode', location.country_code) END AS location,
        CASE WHEN level.sku_id IS NOT NULL THEN jsonb_build_object('onHand', level.on_hand,
          'safetyStock', level.safety_stock) END AS level
      FROM unnest(${entries.map(({ sku }) => sku)}::text[], ${entries.map(({ location }) => location)}::text[])
        WITH ORDINALITY AS input (code, handle, place)
      LEFT JOIN skus sku ON sku.code = input.code
      LEFT JOIN stock_locations location ON location.handle = input.handle
      LEFT JOIN stock_levels level ON level.sku_id = sku.id AND level.location_id = location.id
      ORDER BY input.place`,
    targetRow,
  );
}

/** Adds levels and returns those it added. It skips levels that another transaction has added; lock those instead. */
export async function insertLevels(client: ClientBase, levels: readonly LevelCount[]): Promise<LevelCount[]> {
  if (levels.length === 0) return [];
  return query(
    client,
    sql`/* stock.insert */ INSERT INTO stock_levels AS level (sku_id, location_id, on_hand, safety_stock)
      SELECT sku_id, location_id, on_hand, safety_stock FROM ${inputOf(levels)} ORDER BY sku_id, location_id
      ON CONFLICT (sku_id, location_id) DO NOTHING
      RETURNING ${COUNT_COLUMNS}`,
    countRow,
  );
}

/** Locks levels and returns their current state. */
export async function lockLevels(client: ClientBase, keys: readonly LevelKey[]): Promise<LevelCount[]> {
  if (keys.length === 0) return [];
  return query(
    client,
    sql`/* stock.lock */ SELECT ${COUNT_COLUMNS} FROM stock_levels level JOIN ${keysOf(keys)} USING (sku_id, location_id)
      ORDER BY level.sku_id, level.location_id
      FOR NO KEY UPDATE OF level`,
    countRow,
  );
}

/** Writes levels that are locked. */
export async function updateLevels(client: ClientBase, levels: readonly LevelCount[]): Promise<void> {
  if (levels.length === 0) return;
  await execute(
    client,
    sql`/* stock.update */ UPDATE stock_levels level SET on_hand = input.on_hand, safety_stock = input.safety_stock
      FROM ${inputOf(levels)}
      WHERE level.sku_id = input.sku_id AND level.location_id = input.location_id`,
  );
}

/** Levels as readers see them: units of expired holds do not count as held. */
export async function readLevels(client: ClientBase, keys: readonly LevelKey[]): Promise<LevelRow[]> {
  return query(
    client,
    sql`/* stock.read */ SELECT ${COUNT_COLUMNS}, available.sellable, level.held - (
        SELECT coalesce(sum(line.quantity), 0)::integer FROM hold_lines line
        WHERE line.sku_id = level.sku_id AND line.location_id = level.location_id
          AND line.active AND NOT line.promised AND line.expires_at <= statement_timestamp()) AS held
      FROM stock_levels level
      JOIN available_stock available USING (sku_id, location_id)
      JOIN ${keysOf(keys)} USING (sku_id, location_id)`,
    levelRow,
  );
}

/** Sets the reason that the ledger records for the stock writes of this transaction. */
export async function giveReason(client: ClientBase, reason: string): Promise<void> {
  await execute(client, sql`/* stock.reason */ SELECT set_config('vitrine.reason', ${reason}, true)`);
}

function keysOf(keys: readonly LevelKey[]): Sql {
  return sql`unnest(${keys.map(({ skuKey }) => skuKey)}::integer[],
      ${keys.map(({ locationKey }) => locationKey)}::integer[]) AS input (sku_id, location_id)`;
}

function inputOf(levels: readonly LevelCount[]): Sql {
  return sql`unnest(${levels.map(({ skuKey }) => skuKey)}::integer[],
      ${levels.map(({ locationKey }) => locationKey)}::integer[], ${levels.map(({ onHand }) => onHand)}::integer[],
      ${levels.map(({ safetyStock }) => safetyStock)}::integer[])
    AS input (sku_id, location_id, on_hand, safety_stock)`;
}
