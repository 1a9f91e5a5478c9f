import type { ClientBase } from 'pg';
import { nameHandle } from '../catalog/write/handle.js';
import { MAX_CODE_LENGTH } from '../catalog/write/product-fields.js';
import { lockSkus } from '../catalog/write/sku.store.js';
import { RequestError } from '../errors.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Listed, StockFormat, StockListing } from './formats/format.js';
import type { Market } from './market.store.js';
import { parsed, RowError } from './listing-values.js';
import { countFault, tellUse, type Fault, type ImportReport } from './report.js';
import type { FeedSource } from './source/open-source.js';
import { openStores, findCodes } from './stores.store.js';
import { writeOfferStock, type StockInput } from './offer.store.js';
import { parseAvailability } from './values/availability.js';
import { parseQuantity } from './values/quantity.js';

/** Levels per transaction. */
const WRITTEN_AT_ONCE = 1_000;

interface StockOptions {
  readonly db: Database;
  readonly client: ClientBase;
  readonly source: FeedSource;
  readonly format: StockFormat;
  /** The channel that the stores serve. */
  readonly market: Market;
  readonly defaultQuantity: number | null;
  readonly dryRun: boolean;
  readonly report: ImportReport;
  readonly onReject: (fault: Fault) => void;
  readonly onRow: () => void;
}

/**
 * Sets the stock of SKUs at stores, as a feed of local inventory lists it. A store that is not known becomes a
 * location of the channel where orders are picked up. Rows of SKUs that are not in the catalog are rejected.
 */
export async function importStock(options: StockOptions, signal: AbortSignal | undefined): Promise<void> {
  const { source, format, report, onReject } = options;
  let batch: (StockRow & { line: number })[] = [];
  const flush = async (): Promise<void> => {
    await writeBatch(options, batch);
    batch = [];
  };
  for await (const listed of format.read(() => source.read())) {
    signal?.throwIfAborted();
    try {
      batch.push({ line: listed.line, ...parseStock(listed, options) });
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      onReject({ line: listed.line, reason: error.message });
    }
    options.onRow();
    if (batch.length >= WRITTEN_AT_ONCE) await flush();
  }
  await flush();
  tellUse(report, source.use);
}

interface StockRow {
  readonly code: string;
  readonly store: string;
  /** Null: in stock, uncounted. */
  readonly onHand: number | null;
  /** Whether the feed calls it in stock and gives no number. */
  readonly isUncounted: boolean;
}

function parseStock(listed: Listed<StockListing>, { defaultQuantity, report }: StockOptions): StockRow {
  if ('fault' in listed) throw new RowError(listed.fault);
  if ('skipped' in listed) throw new RowError(listed.skipped);
  const { line, code, store, quantity, availability } = listed;
  if (code === undefined) throw new RowError('id is empty.');
  if (code.length > MAX_CODE_LENGTH) throw new RowError(`id has more than ${MAX_CODE_LENGTH} characters.`);
  if (store === undefined) throw new RowError('store_code is empty.');
  if (quantity === undefined && availability === undefined) throw new RowError('availability is empty.');
  const state = availability === undefined ? 'in' : parsed('availability', availability, parseAvailability);
  // Units of a preorder are not there yet; what is promised is told by the product feed.
  if (state === 'out' || state === 'preorder') return { code, store, onHand: 0, isUncounted: false };
  if (quantity !== undefined) {
    try {
      return {
        code,
        store,
        onHand: quantity.startsWith('-') ? 0 : parseQuantity(quantity),
        isUncounted: false,
      };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const reason = `quantity ${JSON.stringify(quantity)}: ${error.message}`;
      countFault(report.leftOut, 'quantity', { line, reason });
    }
  }
  if (state === 'backorder') return { code, store, onHand: 0, isUncounted: false };
  return { code, store, onHand: defaultQuantity, isUncounted: true };
}

async function writeBatch(
  { db, client, market, dryRun, report, onReject }: StockOptions,
  batch: readonly (StockRow & { line: number })[],
): Promise<void> {
  if (batch.length === 0) return;
  const known = await findCodes(
    client,
    batch.map(({ code }) => code),
  );
  const rows = batch.filter(({ code, line }) => {
    if (known.has(code)) return true;
    onReject({
      line,
      reason: `id ${JSON.stringify(code)}: There is no such SKU: import the product feed first.`,
    });
    return false;
  });
  report.stockLevels += rows.length;
  report.uncountedSkus += rows.filter(({ isUncounted }) => isUncounted).length;
  report.skus += new Set(rows.map(({ code }) => code)).size;
  if (dryRun || rows.length === 0) return;
  const stores = new Map(
    rows.map(({ store }) => [nameHandle(store), { handle: nameHandle(store), name: store }]),
  );
  const locations = await openStores(db, market.channelId, [...stores.values()]);
  await transaction(db, async (tx) => {
    await lockSkus(
      tx,
      [],
      rows.map(({ code }) => code),
      'change',
    );
    const levels = new Map<string, StockInput>();
    for (const { code, store, onHand } of rows) {
      const locationId = locations.get(nameHandle(store));
      if (locationId !== undefined)
        levels.set(`${locationId} ${code}`, { code, locationId, onHand, safetyStock: null });
    }
    await writeOfferStock(tx, [...levels.values()], []);
  });
}
