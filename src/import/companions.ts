import { access } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { MAX_CODE_LENGTH } from '../catalog/write/product-fields.js';
import { parseAmount } from '../graph/money.js';
import type { Database } from '../platform/postgres.js';
import {
  createCompanionStaging,
  listPlaces,
  stagePrices,
  stageStock,
  type StagedPrice,
  type StagedStock,
} from './companions.store.js';
import { parsed, required, RowError } from './listing-values.js';
import type { Fault } from './report.js';
import type { Cells } from './source/cells.js';
import { readTable, type TableShape } from './source/table.js';
import { parseQuantity } from './values/quantity.js';

// Two tables may accompany a feed, with data that its format can't express. They are read like the feed
// (tab-separated, with column names); rows for SKUs that are not in the feed are ignored.

/** `stock.tsv`: units by location. For an SKU that it names, it lists all of the stock. */
const STOCK: TableShape = { noun: 'stock table', required: ['sku', 'location', 'quantity'] };

/**
 * `prices.tsv`: prices by price list, which has the handle of its channel. An SKU in this table is sold in the
 * channels that the table lists for it, and in no other of the table's channels; in the feed's own channel, at the
 * feed's price.
 */
const PRICES: TableShape = { noun: 'price table', required: ['price_list', 'sku', 'amount'] };

/** Rows per statement. */
const STAGED_AT_ONCE = 1_000;

interface CompanionPaths {
  readonly stock: string;
  readonly prices: string;
}

interface CompanionOptions {
  readonly onReject: (fault: Fault) => void;
  readonly signal: AbortSignal | undefined;
}

/** Stages the contents of the tables next to a feed. */
export async function stageCompanions(
  client: ClientBase,
  db: Database,
  paths: CompanionPaths,
  options: CompanionOptions,
): Promise<void> {
  await createCompanionStaging(client);
  const { locations, priceLists } = await listPlaces(db);
  await stageTable<StagedStock>(
    paths.stock,
    STOCK,
    options,
    (batch) => stageStock(client, batch),
    (cells) => {
      const name = cell(cells, 'location');
      const locationId = locations.get(name);
      if (locationId === undefined)
        throw new RowError(`location ${JSON.stringify(name)}: There is no such location.`);
      const safety = cells.get('safety_stock');
      return {
        code: codeOf(cells),
        locationId,
        onHand: parsed('quantity', cell(cells, 'quantity'), parseQuantity),
        safetyStock: safety === undefined ? 0 : parsed('safety_stock', safety, parseQuantity),
      };
    },
  );
  await stageTable<StagedPrice>(
    paths.prices,
    PRICES,
    options,
    (batch) => stagePrices(client, batch),
    (cells) => {
      const name = cell(cells, 'price_list');
      const list = priceLists.get(name);
      if (list === undefined)
        throw new RowError(`price_list ${JSON.stringify(name)}: There is no such price list.`);
      const currency = cells.get('currency') ?? list.currency;
      if (currency !== list.currency) {
        throw new RowError(
          `currency ${JSON.stringify(currency)}: The price list ${name} is in ${list.currency}.`,
        );
      }
      const money = (text: string): number => parseAmount(text, currency);
      const amount = parsed('amount', cell(cells, 'amount'), money);
      const before = cells.get('compare_at');
      const compareAt = before === undefined ? null : parsed('compare_at', before, money);
      if (compareAt !== null && compareAt <= amount) {
        throw new RowError(`compare_at ${JSON.stringify(before)}: It must be above the amount, or empty.`);
      }
      return { code: codeOf(cells), priceListId: list.id, amount, compareAt };
    },
  );
}

async function stageTable<T>(
  path: string,
  shape: TableShape,
  { onReject, signal }: CompanionOptions,
  stage: (batch: readonly T[]) => Promise<void>,
  parse: (cells: Cells) => T,
): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  let batch: T[] = [];
  for await (const row of readTable(path, shape, signal)) {
    try {
      if ('fault' in row) throw new RowError(row.fault);
      batch.push(parse(row.cells));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      onReject({ line: row.line, reason: `In ${path}: ${error.message}` });
    }
    if (batch.length >= STAGED_AT_ONCE) {
      await stage(batch);
      batch = [];
    }
  }
  await stage(batch);
}

const cell = (cells: Cells, name: string): string => required(cells.get(name), name);

function codeOf(cells: Cells): string {
  const code = cell(cells, 'sku');
  if (code.length > MAX_CODE_LENGTH) throw new RowError(`sku has more than ${MAX_CODE_LENGTH} characters.`);
  return code;
}
