import type { ClientBase } from 'pg';
import { idHandle } from '../catalog/write/handle.js';
import { MAX_CODE_LENGTH, MAX_SKUS_PER_PRODUCT } from '../catalog/write/product-fields.js';
import type { Listed, Listing, ProductFormat } from './formats/format.js';
import type { MarketChoice } from './market.js';
import { RowError } from './listing-values.js';
import {
  parseListing,
  parseProductListing,
  type ListingSettings,
  type ParsedListing,
  type ProductRow,
} from './parse-listing.js';
import { countFault, countLeftOut, countSku, tellUse, type Fault, type ImportReport } from './report.js';
import type { FeedSource } from './source/open-source.js';
import {
  countWithoutSkus,
  createStaging,
  findAlike,
  findRepeatedProducts,
  groupRows,
  stageRejected,
  stageRows,
  stageWholes,
  takeExcess,
} from './staging.store.js';

/** Rows per statement. */
const STAGED_AT_ONCE = 1_000;

interface StageOptions {
  readonly source: FeedSource;
  readonly format: ProductFormat;
  readonly settings: ListingSettings;
  /** The channel for a feed in the currency of its first usable row. */
  readonly chooseMarket: (currency: string) => Promise<MarketChoice>;
  readonly report: ImportReport;
  readonly onReject: (fault: Fault) => void;
  readonly onRow: () => void;
}

/**
 * Checks the listings of a feed and puts the valid ones into the staging tables, by product. Returns how many there
 * are, and their channel: null when there are none.
 */
export async function stageFeed(
  client: ClientBase,
  options: StageOptions,
): Promise<{ products: number; skus: number; market: MarketChoice | null }> {
  const { source, format, report, onReject } = options;
  await createStaging(client);
  const stager = new Stager(client, options);
  for await (const listed of format.read(() => source.read(), null)) {
    await stager.add(listed);
    options.onRow();
  }
  await stager.finish();
  const excess = await takeExcess(client);
  for (const { line, code } of excess) {
    const reason = `item_group_id: The product has more than ${MAX_SKUS_PER_PRODUCT} SKUs; ${JSON.stringify(code)} is one too many.`;
    onReject({ line, reason });
  }
  await stageRejected(
    client,
    excess.map(({ code }) => code),
  );
  const counts = await groupRows(client);
  report.alikeIds = await findAlike(client);
  report.repeatedProducts = await findRepeatedProducts(client);
  tellUse(report, source.use);
  report.productsWithoutSkus = await countWithoutSkus(client);
  return { ...counts, market: stager.market };
}

/** Why a row is rejected whose id an earlier one has. */
export const repeatedId = (code: string, firstLine: number, isSame: boolean): string =>
  `id ${JSON.stringify(code)}: The feed already has it on line ${firstLine}` +
  (isSame ? '.' : ', with other values, and that row counts. Each SKU needs an id of its own.');

class Stager {
  market: MarketChoice | null = null;
  #good: Pick<ParsedListing, 'row' | 'isUncounted'>[] = [];
  #wholes: ProductRow[] = [];
  #rejectedCodes: string[] = [];
  #flushing: Promise<void> = Promise.resolve();
  readonly #client: ClientBase;
  readonly #options: StageOptions;

  constructor(client: ClientBase, options: StageOptions) {
    this.#client = client;
    this.#options = options;
  }

  async add(listed: Listed<Listing>): Promise<void> {
    const { report } = this.#options;
    const { line } = listed;
    try {
      if ('fault' in listed) throw new RowError(listed.fault);
      if ('skipped' in listed) countFault(report.skipped, listed.skipped, { line, reason: listed.skipped });
      else if (listed.id === null) this.#addWhole(listed);
      else await this.#addSku(listed);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      this.#options.onReject({ line, reason: error.message });
      const code = 'id' in listed ? listed.id : undefined;
      if (code !== undefined && code !== null && code.length <= MAX_CODE_LENGTH)
        this.#rejectedCodes.push(code);
      else if (code !== null) report.unreadableRows += 1;
    }
    if (this.#good.length + this.#wholes.length + this.#rejectedCodes.length >= STAGED_AT_ONCE)
      await this.#flush();
  }

  /** Resolves once everything that was added is in the staging tables. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#flushing;
  }

  #addWhole(listing: Listing): void {
    const parsed = parseProductListing(listing);
    countLeftOut(this.#options.report, parsed);
    this.#wholes.push(parsed.row);
  }

  async #addSku(listing: Listing): Promise<void> {
    const { settings } = this.#options;
    const parsed = parseListing(listing, settings);
    const { row } = parsed;
    this.market ??= await this.#options.chooseMarket(row.currency);
    if (row.currency !== this.market.currency) {
      throw new RowError(
        `price ${JSON.stringify(listing.price)}: The channel ${this.market.handle} is in ${this.market.currency}; ` +
          `import rows in ${row.currency} from a separate feed, into a channel with that currency.`,
      );
    }
    countLeftOut(this.#options.report, parsed);
    this.#good.push(parsed);
  }

  /** Stages what was added, while the caller reads on; only the flush before must have ended. */
  async #flush(): Promise<void> {
    await this.#flushing;
    const [good, wholes, rejectedCodes] = [this.#good, this.#wholes, this.#rejectedCodes];
    [this.#good, this.#wholes, this.#rejectedCodes] = [[], [], []];
    this.#flushing = this.#stage(good, wholes, rejectedCodes);
    // It may fail long before it is awaited, and Node ends a process with a rejection that nobody handles.
    this.#flushing.catch(() => undefined);
  }

  async #stage(
    good: readonly Pick<ParsedListing, 'row' | 'isUncounted'>[],
    wholes: readonly ProductRow[],
    rejectedCodes: readonly string[],
  ): Promise<void> {
    await stageWholes(
      this.#client,
      wholes.map((row) => ({ handle: idHandle(row.group), row })),
    );
    const repeated = await stageRows(
      this.#client,
      good.map(({ row }) => ({ handle: idHandle(row.group), row })),
    );
    const { report, onReject } = this.#options;
    for (const { index, firstLine, isSame } of repeated) {
      const given = good[index];
      if (given === undefined) continue;
      onReject({ line: given.row.line, reason: repeatedId(given.row.code, firstLine, isSame) });
      if (!isSame) report.conflictingRows += 1;
    }
    const others = new Set(repeated.map(({ index }) => index));
    for (const [index, sku] of good.entries()) if (!others.has(index)) countSku(report, sku);
    await stageRejected(this.#client, rejectedCodes);
  }
}
