import type { ClientBase } from 'pg';
import { idHandle } from '../catalog/write/handle.js';
import { MAX_CODE_LENGTH, MAX_SKUS_PER_PRODUCT } from '../catalog/write/product-fields.js';
import { countLines } from '../platform/lines.js';
import { readTable } from './feed-reader.js';
import { parseFeedRow, REQUIRED_COLUMNS, RowError, type FeedRow } from './feed-row.js';
import type { MarketChoice } from './market.js';
import type { Fault } from './report.js';
import { createStaging, groupRows, stageRejected, stageRows, takeExcess } from './staging.store.js';

/** Rows per statement. */
const STAGED_AT_ONCE = 1_000;

interface StageOptions {
  readonly feed: string;
  /** The channel for a feed in the currency of its first usable row. */
  readonly chooseMarket: (currency: string) => Promise<MarketChoice>;
  readonly onReject: (fault: Fault) => void;
  readonly onStart: (rows: number) => void;
  readonly onRow: () => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks the rows of a feed and puts the valid ones into the staging tables, by product. Returns how many there are,
 * and their channel: null when there are none.
 *
 * @throws RequestError it is not a product feed
 */
export async function stageFeed(
  client: ClientBase,
  options: StageOptions,
): Promise<{ products: number; skus: number; market: MarketChoice | null }> {
  const { feed, signal } = options;
  const rows = readTable(feed, { required: REQUIRED_COLUMNS, noun: 'product feed' }, signal);
  await createStaging(client);
  let good: FeedRow[] = [];
  let rejectedCodes: string[] = [];
  let market: MarketChoice | null = null;
  let started = false;

  const flush = async (): Promise<void> => {
    const repeated = await stageRows(
      client,
      good.map((row) => ({ handle: idHandle(row.group), row })),
    );
    for (const { row, firstLine } of repeated) {
      const reason = `id ${JSON.stringify(row.code)}: The feed already has it on line ${firstLine}.`;
      options.onReject({ line: row.line, reason });
    }
    await stageRejected(client, rejectedCodes);
    good = [];
    rejectedCodes = [];
  };

  for await (const { line, ...row } of rows) {
    if (!started) options.onStart((await countLines(feed, signal)) - 1);
    started = true;
    try {
      if ('fault' in row) throw new RowError(row.fault);
      const parsed = parseFeedRow(line, row.cells);
      market ??= await options.chooseMarket(parsed.currency);
      if (parsed.currency !== market.currency) {
        throw new RowError(
          `price ${JSON.stringify(row.cells.get('price'))}: The channel ${market.handle} is in ${market.currency}; ` +
            `import rows in ${parsed.currency} from a separate feed, into a channel with that currency.`,
        );
      }
      good.push(parsed);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      options.onReject({ line, reason: error.message });
      const code = 'cells' in row ? row.cells.get('id') : undefined;
      if (code !== undefined && code.length <= MAX_CODE_LENGTH) rejectedCodes.push(code);
    }
    options.onRow();
    if (good.length + rejectedCodes.length >= STAGED_AT_ONCE) await flush();
  }
  await flush();
  const excess = await takeExcess(client);
  for (const { line, code } of excess) {
    const reason = `item_group_id: The product has more than ${MAX_SKUS_PER_PRODUCT} SKUs; ${JSON.stringify(code)} is one too many.`;
    options.onReject({ line, reason });
  }
  await stageRejected(
    client,
    excess.map(({ code }) => code),
  );
  return { ...(await groupRows(client)), market };
}
