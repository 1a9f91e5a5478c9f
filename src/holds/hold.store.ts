import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Owner } from '../access/caller.js';
import { instantiate } from '../graph/node.js';
import { degrees } from '../catalog/distance.js';
import { StockLocation } from '../catalog/location.types.js';
import type { IdempotentCall } from '../mutation/idempotency.store.js';
import { anyOf } from '../platform/any-of.store.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import type { Guest } from './guests.js';
import { Hold, HoldLine, HoldStatus } from './hold.types.js';

/** A hold as `hold_json` writes it, and as it is stored for retried calls. */
const holdJson = z.object({
  id: z.string(),
  status: z.enum(HoldStatus),
  expiresAt: z.iso.datetime({ offset: true }),
  currency: z.string(),
  lines: z.array(
    z.object({
      sku: z.number(),
      location: z.object({
        key: z.number(),
        handle: z.string(),
        name: z.string(),
        countryCode: z.string(),
      }),
      quantity: z.number(),
      amount: z.number(),
      compareAt: z.number().nullable(),
      // Answers that were stored before there were promised units have neither.
      promised: z.boolean().default(false),
      expectedAt: z.iso.datetime({ offset: true }).nullable().default(null),
    }),
  ),
});

const shortLines = z.array(z.object({ line: z.number(), sellable: z.number() }));
const limitedLines = z.array(z.object({ line: z.number(), room: z.number(), own: z.boolean() }));

/** The stored answer for retried calls. */
export const keptHold = holdJson.transform((hold) => ({ hold }));

/** The result of creating, extending, or ending a hold; see hold_create, hold_extend, and hold_finish in the migrations. */
const outcome = z.union([
  z.object({ hold: holdJson }),
  z.object({ answer: keptHold }).transform(({ answer }) => ({ ...answer, isRepeated: true })),
  z.object({ conflict: z.literal(true) }),
  z.object({ missing: z.array(z.number()) }),
  z.object({ short: shortLines, limited: limitedLines.default([]) }),
  z.object({ tooManyHolds: z.literal(true) }),
  z.object({ tooManyUnits: z.number() }),
  z.object({ notFound: z.literal(true) }),
  z.object({ ended: holdJson }),
  z.object({ latest: z.iso.datetime({ offset: true }), seconds: z.number(), unchanged: holdJson }),
]);
const outcomeRow = z.object({ outcome });
export type HoldOutcome = z.infer<typeof outcome>;

/** Which holds a caller can reach; see hold_is_open in the migrations. */
export interface HoldReach {
  readonly channelKey: number;
  readonly owner: Owner;
  /** Whether it has the scope holds:confirm. */
  readonly confirms: boolean;
}

export interface HoldRequest extends Pick<HoldReach, 'channelKey' | 'owner'> {
  readonly skuKeys: readonly number[];
  readonly quantities: readonly number[];
  /** Whether units of the line that are not in stock may be promised. */
  readonly backorder: readonly boolean[];
  readonly locationKey: number | null;
  readonly near: { readonly latitude: number; readonly longitude: number } | null;
  readonly seconds: number;
  /** Null: the caller is not a guest. */
  readonly guest: Guest | null;
}

/** Holds all lines or none, in one round trip. */
export function insertHold(
  db: Queryable,
  request: HoldRequest,
  call: IdempotentCall | null,
): Promise<HoldOutcome> {
  const { channelKey, owner, skuKeys, quantities, backorder, locationKey, near, seconds, guest } = request;
  return one(
    db,
    sql`/* hold.create */ SELECT hold_create(${channelKey}, ${owner.key}, ${owner.shopper}, ${skuKeys}::int[], ${quantities}::int[],
      ${backorder}::boolean[], ${locationKey}, ${degrees(near?.latitude)}, ${degrees(near?.longitude)}, ${seconds}, ${call?.key ?? null},
      ${call?.owner.shopper ?? null}, ${call?.fingerprint ?? null}, ${guest?.client ?? null}, ${guest?.limits.share ?? null},
      ${guest?.limits.holds ?? null}, ${guest?.limits.activeUnits ?? null}) AS outcome`,
  );
}

/** Gives a hold other lines in one step, so that none of its stock is free in between; or leaves it as it is. */
export function replaceLines(
  db: Queryable,
  uuid: string,
  request: Omit<HoldRequest, 'seconds'> & Pick<HoldReach, 'confirms'>,
  call: IdempotentCall | null,
): Promise<HoldOutcome> {
  const { channelKey, owner, confirms, skuKeys, quantities, backorder, locationKey, near, guest } = request;
  return one(
    db,
    sql`/* hold.replace */ SELECT hold_replace(${uuid}, ${channelKey}, ${owner.key}, ${owner.shopper}, ${confirms},
      ${skuKeys}::int[], ${quantities}::int[], ${backorder}::boolean[], ${locationKey}, ${degrees(near?.latitude)},
      ${degrees(near?.longitude)}, ${call?.key ?? null}, ${call?.owner.shopper ?? null}, ${call?.fingerprint ?? null},
      ${guest?.client ?? null}, ${guest?.limits.share ?? null}, ${guest?.limits.holds ?? null},
      ${guest?.limits.activeUnits ?? null}) AS outcome`,
  );
}

/** Ends a hold: CONFIRMED deducts the stock, RELEASED makes it available again. The stock ledger records `actor`. */
export function finishHold(
  db: Queryable,
  request: HoldReach & {
    readonly uuid: string;
    readonly status: HoldStatus.CONFIRMED | HoldStatus.RELEASED;
    readonly actor: string;
  },
  call: IdempotentCall | null,
): Promise<HoldOutcome> {
  const { channelKey, owner, confirms, uuid, status, actor } = request;
  return one(
    db,
    sql`/* hold.finish */ SELECT hold_finish(${uuid}, ${status}, ${channelKey}, ${owner.key}, ${owner.shopper}, ${confirms},
      ${actor}, ${call?.key ?? null}, ${call?.owner.shopper ?? null}, ${call?.fingerprint ?? null}) AS outcome`,
  );
}

/**
 * Lets a hold last `seconds` from now, unless it lasts longer already, and at most `longest` seconds in all, or
 * `longestOfGuest` if a guest created it: until then with `orFewer`, and otherwise not at all.
 */
export function lengthenHold(
  db: Queryable,
  request: HoldReach & {
    readonly uuid: string;
    readonly seconds: number;
    readonly orFewer: boolean;
    readonly longest: number;
    readonly longestOfGuest: number;
  },
  call: IdempotentCall | null,
): Promise<HoldOutcome> {
  const { channelKey, owner, confirms, uuid, seconds, orFewer, longest, longestOfGuest } = request;
  return one(
    db,
    sql`/* hold.extend */ SELECT hold_extend(${uuid}, ${channelKey}, ${owner.key}, ${owner.shopper}, ${confirms}, ${seconds}, ${orFewer},
      CASE WHEN EXISTS (SELECT FROM holds WHERE id = ${uuid} AND client IS NOT NULL) THEN ${longestOfGuest}::int
        ELSE ${longest}::int END, ${call?.key ?? null}, ${call?.owner.shopper ?? null}, ${call?.fingerprint ?? null}) AS outcome`,
  );
}

async function one(db: Queryable, statement: ReturnType<typeof sql>): Promise<HoldOutcome> {
  const [row] = await queryPrepared(db, statement, outcomeRow);
  if (row === undefined) throw new Error('a function answers one row');
  return row.outcome;
}

/** Those of these holds that are in this channel and that the caller may use, by id. */
export async function readHolds(
  db: Queryable,
  { channelKey, owner, confirms }: HoldReach,
  uuids: readonly string[],
): Promise<ReadonlyMap<string, Hold>> {
  const rows = await queryPrepared(
    db,
    sql`/* hold.read */ SELECT hold_json(id) AS hold FROM holds
      WHERE id = ${anyOf(uuids, 'uuid')} AND channel_id = ${channelKey}
        AND hold_is_open(caller, made_by, shopper, ${owner.key}, ${owner.shopper}, ${confirms})`,
    z.object({ hold: holdJson }),
  );
  return new Map(rows.map(({ hold }) => [hold.id, toHold(hold)]));
}

/** Frees the stock of up to `limit` expired holds; returns how many holds. */
export async function sweepHolds(db: Queryable, limit: number): Promise<number> {
  const [row] = await query(
    db,
    sql`/* hold.sweep */ SELECT holds_sweep(${limit}) AS swept`,
    z.object({ swept: z.number() }),
  );
  return row?.swept ?? 0;
}

/** Holds that keep stock: those within their time, and those past it that `sweepHolds` has not freed yet. */
export async function countActiveHolds(db: Queryable): Promise<{ active: number; expired: number }> {
  const [row] = await query(
    db,
    sql`/* hold.count */ SELECT count(*) FILTER (WHERE expires_at > clock_timestamp())::int AS active,
        count(*) FILTER (WHERE expires_at <= clock_timestamp())::int AS expired
      FROM holds WHERE status = 'ACTIVE'`,
    z.object({ active: z.number(), expired: z.number() }),
  );
  return row ?? { active: 0, expired: 0 };
}

export function toHold({ id: uuid, status, expiresAt, currency, lines }: z.infer<typeof holdJson>): Hold {
  return instantiate(Hold, {
    uuid,
    status,
    expiresAt: new Date(expiresAt),
    currencyCode: currency,
    lines: lines.map(({ sku, location, quantity, amount, compareAt, promised, expectedAt }) =>
      instantiate(HoldLine, {
        skuKey: sku,
        location: instantiate(StockLocation, location),
        quantity,
        amount,
        compareAt,
        promised,
        expectedAt: expectedAt === null ? null : new Date(expectedAt),
        currencyCode: currency,
      }),
    ),
  });
}
