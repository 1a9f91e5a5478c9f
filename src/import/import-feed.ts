import { dirname, join, resolve } from 'node:path';
import type { ClientBase } from 'pg';
import type { BlobStore } from '../platform/blob-store.js';
import type { Logger } from '../platform/logging.js';
import type { Progress } from '../platform/progress.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Encoder } from '../vision/encoder.js';
import { ahead } from '../platform/ahead.js';
import { applyChannelsFile } from './channels-file.js';
import { stageCompanions } from './companions.js';
import { listPricedLists, readCompanions } from './companions.store.js';
import { openImageFetcher, type ImageFetcher } from '../images/fetch-image.js';
import { registerEncoder } from '../images/stored-image.store.js';
import { ImageImporter, type EncodedBatch, type ReadBatch } from './images.js';
import { withImportLock } from './lock.js';
import { chooseMarket, openMarket } from './market.js';
import { draftProduct, type ProductDraft } from './product-draft.js';
import { prune, removeDemo } from './prune.store.js';
import { emptyReport, keepFault, type Fault, type ImportReport } from './report.js';
import { stageFeed } from './stage-feed.js';
import { countLinks, readStagedProducts } from './staging.store.js';
import { offersOf } from './offers.js';
import { writeBatch } from './write-batch.js';

export type { Fault, ImportReport } from './report.js';

/**
 * Size of a transaction: small enough to lose little when it is killed, large enough to make statements worthwhile.
 */
const BATCH = { products: 100, skus: 2_000 };
/** The first batch is smaller and each further one twice as large, so that even a short run gets somewhere. */
const FIRST_BATCH_PRODUCTS = 10;

export interface ImportDeps {
  readonly db: Database;
  readonly encoder: Encoder;
  /** Stores the originals of images. */
  readonly images: BlobStore;
  readonly log: Logger;
  readonly progress: Progress;
  /** For https links; by default, a fetcher that reaches public addresses only. */
  readonly fetcher?: ImageFetcher;
}

export interface ImportOptions {
  /** Path of the feed. */
  readonly feed: string;
  /** Handle of the channel that these prices and this stock belong to; created if it does not exist. */
  readonly channel?: string;
  /** Whether this is the demo, whose products the first other feed removes. */
  readonly demo?: boolean;
  /** Whether to remove from the channel what the feed does not list. */
  readonly prune?: boolean;
  /** Called for every rejected row, in the order of discovery. */
  readonly onRejected?: (row: Fault) => void;
}

/**
 * Imports a Google Merchant Center product feed into the catalog: a row is an SKU, and rows with the same
 * `item_group_id` are a product. Each batch of products is committed separately, and rows that need no change are not
 * written. To continue an import that was stopped or killed, run it again; images that this encoder has seen are not
 * encoded again.
 *
 * When the signal stops it, it finishes the current batch and returns what was imported so far.
 *
 * @throws RequestError BAD_USER_INPUT the file is not a product feed, the channel is invalid, another import is
 * running
 */
export async function importFeed(
  deps: ImportDeps,
  options: ImportOptions,
  signal?: AbortSignal,
): Promise<ImportReport> {
  const report = emptyReport();
  const fetcher = deps.fetcher ?? openImageFetcher();
  try {
    await withImportLock(deps.db, (client) => run(client, { ...deps, fetcher }, options, report, signal));
    report.complete = true;
  } catch (error) {
    if (!signal?.aborted) throw error;
    deps.progress.done('The import was stopped.');
    deps.log.debug({ err: error }, 'The import was stopped');
  } finally {
    await fetcher.close();
  }
  return report;
}

async function run(
  client: ClientBase,
  deps: ImportDeps & { fetcher: ImageFetcher },
  options: ImportOptions,
  report: ImportReport,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { db, encoder, progress } = deps;
  const feed = resolve(options.feed);
  const beside = (name: string): string => join(dirname(feed), name);
  const onReject = (fault: Fault): void => {
    report.rejectedRows += 1;
    keepFault(report.rejected, fault);
    options.onRejected?.(fault);
  };
  await applyChannelsFile(db, beside('channels.json'));
  const staged = await stageFeed(client, {
    feed,
    signal,
    chooseMarket: (currency) => chooseMarket(db, options.channel, currency),
    onReject,
    onStart: (rows) => progress.start('Reading the feed', rows),
    onRow: () => progress.advance(1),
  });
  progress.done(`The feed lists ${staged.products} products with ${staged.skus} SKUs.`);
  if (staged.market === null || staged.products === 0) return;

  const market = await openMarket(db, staged.market);
  report.channel = market.handle;
  const target = {
    encoder: { id: await registerEncoder(db, encoder), dimension: encoder.dimension },
    isDemo: options.demo === true,
  };
  const importer = new ImageImporter({
    db,
    encoder,
    encoderId: target.encoder.id,
    images: deps.images,
    fetcher: deps.fetcher,
    folder: dirname(feed),
    signal,
    onLinks: (links) => progress.advance(links),
  });
  await stageCompanions(
    client,
    db,
    { stock: beside('stock.tsv'), prices: beside('prices.tsv') },
    { onReject, signal },
  );
  const pricedLists = await listPricedLists(client);
  progress.start('Reading images', await countLinks(client));
  for await (const batch of ahead(encoded(importer, ahead(read(importer, drafts(client, signal)))))) {
    const codes = batch.drafts.flatMap(({ skus }) => skus.map(({ code }) => code));
    const offers = offersOf(batch.drafts, market, await readCompanions(client, codes), pricedLists);
    report.productsChanged += await transaction(db, (tx) => writeBatch(tx, batch, offers, target));
    count(report, batch);
  }
  progress.done();
  signal?.throwIfAborted();
  if (options.prune === true) report.pruned = await prune(client, market.priceListId);
  if (!target.isDemo) {
    report.demoRemoved = await removeDemo(client);
    if (report.demoRemoved > 0) progress.say('Your catalog has replaced the demo catalog.');
  }
}

async function* drafts(client: ClientBase, signal: AbortSignal | undefined): AsyncGenerator<ProductDraft[]> {
  let size = FIRST_BATCH_PRODUCTS;
  for (let line = 0; ; size = Math.min(BATCH.products, size * 2)) {
    signal?.throwIfAborted();
    const products = await readStagedProducts(client, line, { ...BATCH, products: size });
    const last = products.at(-1);
    if (last === undefined) return;
    line = last.firstLine;
    yield products.map(({ handle, rows }) => draftProduct(handle, rows));
  }
}

async function* read(
  importer: ImageImporter,
  batches: AsyncGenerator<ProductDraft[]>,
): AsyncGenerator<ReadBatch> {
  for await (const batch of batches) yield await importer.read(batch);
}

async function* encoded(
  importer: ImageImporter,
  batches: AsyncGenerator<ReadBatch>,
): AsyncGenerator<EncodedBatch> {
  for await (const batch of batches) yield await importer.encode(batch);
}

function count(report: ImportReport, { drafts: products, embeddings, reused, failures }: EncodedBatch): void {
  report.products += products.length;
  report.skus += products.reduce((sum, { skus }) => sum + skus.length, 0);
  report.imagesEncoded += embeddings.length;
  report.imagesReused += reused;
  report.failedImages += failures.length;
  for (const failure of failures) keepFault(report.imagesFailed, failure);
}
