import type { ClientBase } from 'pg';
import { z } from 'zod';
import { checkText } from '../graph/text.js';
import { keepSkus } from '../catalog/write/sku.store.js';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import { checkEntryCount, refuseDuplicates } from '../mutation/entries.js';
import { EntryErrors, EntryFaults, userError } from '../mutation/entry-error.js';
import type { Database } from '../platform/postgres.js';
import { mutate, type Outcome } from '../mutation/mutate.js';
import type { UserErrorName } from '../mutation/user-error.types.js';
import {
  findTargets,
  giveReason,
  insertLevels,
  levelRow,
  lockLevels,
  readLevels,
  updateLevels,
  type LevelCount,
  type LevelRow,
} from './stock-level.store.js';
import { locationRow } from '../catalog/location.store.js';

/** The stored answer of a write, also for retries: quantities right after the write, in the order of the entries. */
const stockAnswer = z.object({
  locations: z.array(locationRow),
  levels: z.array(levelRow.extend({ code: z.string() })),
});

export type StockAnswer = z.infer<typeof stockAnswer>;

interface StockEntry {
  /** The merchant's code. */
  readonly sku: string;
  /** A handle. */
  readonly location: string;
}

interface StockInput<Entry> {
  readonly entries: readonly Entry[];
  readonly reason?: string | null;
  readonly idempotencyKey?: string | null;
}

/** The part of a level that a write may change. */
type StockCount = Pick<LevelCount, 'onHand' | 'safetyStock'>;

/** Adds a fault to a field of the entry; null: to the whole entry. */
type Refuse = (field: string | null, message: string, code?: UserErrorName) => null;

/** A kind of stock write. */
export interface StockWrite<Entry> {
  readonly name: string;
  /** Checks an entry by itself. */
  readonly check?: (entry: Entry, refuse: Refuse) => void;
  /** Returns the new level for the current one; null: refused. */
  readonly change: (entry: Entry, present: StockCount, refuse: Refuse) => StockCount | null;
}

/** An entry whose SKU and location exist. */
interface Target<Entry> {
  readonly index: number;
  readonly entry: Entry;
  readonly skuKey: number;
  readonly locationKey: number;
  readonly location: StockAnswer['locations'][number];
  /** The committed level at the time of the lookup; null: there was none. */
  readonly committed: StockCount | null;
}

/** Stands for a missing level. */
const NOTHING: StockCount = { onHand: 0, safetyStock: 0 };

/** Writes the stock of up to MAX_ENTRIES SKUs and locations, all or none. */
export function writeStock<Entry extends StockEntry>(
  db: Database,
  context: Context,
  write: StockWrite<Entry>,
  input: StockInput<Entry>,
): Promise<Outcome<StockAnswer>> {
  return mutate(
    db,
    context,
    { name: write.name, writes: 'stock', answer: stockAnswer },
    input,
    async (client) => {
      const { entries, reason } = input;
      checkEntryCount('entries', entries);
      await giveReason(client, reason == null ? write.name : checkReason(reason));
      const faults = new EntryFaults('entries');
      const targets = await readTargets(client, entries, write, faults);
      const plan = (present: (target: Target<Entry>) => StockCount | null): (Target<Entry> & StockCount)[] =>
        targets.flatMap((target) => {
          if (faults.has(target.index)) return [];
          const count = write.change(target.entry, present(target) ?? NOTHING, refuser(faults, target.index));
          return count === null ? [] : [{ ...target, ...count }];
        });

      // Faults are reported before anything is locked, so that a call that does nothing takes no locks.
      const missing = plan(({ committed }) => committed).filter(({ committed }) => committed === null);
      faults.throwIfAny();
      await keepSkus(
        client,
        missing.map(({ skuKey }) => skuKey),
      );
      const inserted = byKey(await insertLevels(client, missing));
      const locked = byKey(
        await lockLevels(
          client,
          targets.filter((target) => !inserted.has(keyOf(target))),
        ),
      );
      const levels = new Map([...inserted, ...locked]);
      for (const target of targets) if (!levels.has(keyOf(target))) refuseSku(faults, target);

      const changed = plan((target) => locked.get(keyOf(target)) ?? null).filter((target) => {
        const present = levels.get(keyOf(target));
        return present?.onHand !== target.onHand || present.safetyStock !== target.safetyStock;
      });
      faults.throwIfAny();
      await updateLevels(client, changed);
      return toAnswer(targets, byKey(await readLevels(client, targets)));
    },
  );
}

/** Adds faults that do not depend on the quantity on hand; returns the entries whose SKU and location exist. */
async function readTargets<Entry extends StockEntry>(
  client: ClientBase,
  entries: readonly Entry[],
  { check }: StockWrite<Entry>,
  faults: EntryFaults,
): Promise<Target<Entry>[]> {
  const readable = [...entries.entries()].flatMap(([index, entry]) => {
    check?.(entry, refuser(faults, index));
    const sku = faults.attempt(index, 'sku', () => checkText('sku', entry.sku));
    const location = faults.attempt(index, 'location', () => checkText('location', entry.location));
    return sku === null || location === null ? [] : [{ index, entry, sku, location }];
  });
  refuseDuplicates(faults, entries, 'sku', ({ sku, location }) => JSON.stringify([sku, location]));
  const found = await findTargets(client, readable);
  return readable.flatMap(({ index, entry }, place): Target<Entry>[] => {
    const row = found[place];
    if (row === undefined) throw new Error('stock.targets answers a row for each entry');
    const { skuKey, location } = row;
    if (skuKey === null) refuseSku(faults, { index, entry });
    if (location === null) {
      const message = `There is no location "${entry.location}": use the handle of a location, as in Sku.availability.locations.`;
      faults.add(index, 'location', 'NOT_FOUND', message);
    }
    if (skuKey === null || location === null) return [];
    return [{ index, entry, skuKey, location, locationKey: location.key, committed: row.level }];
  });
}

function refuseSku(faults: EntryFaults, { index, entry }: { index: number; entry: StockEntry }): void {
  faults.add(index, 'sku', 'NOT_FOUND', `There is no SKU "${entry.sku}": name one by the merchant’s code.`);
}

const refuser =
  (faults: EntryFaults, index: number): Refuse =>
  (field, message, code = 'BAD_USER_INPUT') => {
    faults.add(index, field, code, message);
    return null;
  };

function checkReason(reason: string): string {
  try {
    return checkText('reason', reason);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new EntryErrors([userError('BAD_USER_INPUT', ['reason'], error.message)]);
  }
}

const keyOf = ({ skuKey, locationKey }: { skuKey: number; locationKey: number }): string =>
  `${skuKey} ${locationKey}`;

const byKey = <Level extends LevelCount>(levels: readonly Level[]): Map<string, Level> =>
  new Map(levels.map((level) => [keyOf(level), level]));

function toAnswer(
  targets: readonly Target<StockEntry>[],
  levels: ReadonlyMap<string, LevelRow>,
): StockAnswer {
  return {
    locations: [...new Map(targets.map(({ location }) => [location.key, location])).values()],
    levels: targets.flatMap((target) => {
      const level = levels.get(keyOf(target));
      return level === undefined ? [] : [{ ...level, code: target.entry.sku }];
    }),
  };
}
