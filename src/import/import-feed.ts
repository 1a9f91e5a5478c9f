import { dirname, join, resolve } from 'node:path';
import type { ClientBase } from 'pg';
import { counted } from '../platform/counted.js';
import type { BlobStore } from '../platform/blob-store.js';
import { codeDigest } from '../platform/code-digest.js';
import type { Logger } from '../platform/logging.js';
import type { Progress } from '../platform/progress.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Encoder } from '../vision/encoder.js';
import type { TrustReason } from '../vision/trust.js';
import { ahead } from '../platform/ahead.js';
import { applyChannelsFile } from './channels-file.js';
import { stageCompanions } from './companions.js';
import { listPricedLists, readCompanions } from './companions.store.js';
import { openImageFetcher, type ImageFetcher } from '../images/fetch-image.js';
import { findQuarantined } from '../images/quarantine/quarantine.store.js';
import { registerEncoder } from '../images/stored-image.store.js';
import { ImageImporter, type EncodedBatch, type ReadBatch } from './images.js';
import { withImportLock } from './lock.js';
import type { ProductFormat, StockFormat } from './formats/format.js';
import { recognize, recognizeTexts } from './formats/recognize.js';
import { importTexts } from './import-texts.js';
import { chooseMarket, currencyOf, findMarket, openMarket, priceListOf } from './market.js';
import { findDiffering, type Offers } from './offer.store.js';
import { NO_OFFERS, offersFor, offersOf } from './offers.js';
import { draftProduct, type WaitingDraft } from './product-draft.js';
import { planPrune } from './plan-prune.js';
import { prune, removeDemo } from './prune.store.js';
import { countFault, emptyReport, keepFault, type Fault, type ImportReport } from './report.js';
import type { Renames } from './source/cells.js';
import { openSource, type FeedSource } from './source/open-source.js';
import { stageFeed } from './stage-feed.js';
import { importStock } from './stage-stock.js';
import {
  compareProducts,
  countWaiting,
  readOffers,
  readWaitingProducts,
  type StagedOffer,
} from './staging.store.js';
import { countryOf, zoneOf } from './values/zone.js';
import { countProducts, renewStatistics } from './statistics.store.js';
import { countExcess } from './within-limits.js';
import { writeBatch, writeOffers } from './write-batch.js';

export type { Fault, ImportReport } from './report.js';

/**
 * Size of a transaction: small enough to lose little when it is killed, large enough to make statements worthwhile.
 */
const BATCH = { products: 100, skus: 2_000 };
/** The first batch is smaller and each further one twice as large, so that even a short run gets somewhere. */
const FIRST_BATCH_PRODUCTS = 10;
/**
 * After so many products, or as many as there were before, and whenever that is twice as many, Postgres's statistics
 * are too old to plan well.
 */
const FIRST_STATISTICS_PRODUCTS = 500;
/** Products that are compared at once with what an earlier import made of them: few enough that all fit in memory. */
const COMPARED = { products: 2_000, skus: 10_000 };

/** Decides what becomes of rows that are the same. */
const CODE = ['./', '../catalog/write/', '../catalog/option-parts', '../images/', '../graph/text'].map(
  (path) => new URL(path, import.meta.url),
);

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
  /**
   * The largest part of the channel's SKUs that may be removed, from 0 to 1; by default a fifth, and none if rows with
   * the same id say different things.
   */
  readonly maxPruned?: number;
  /** Reads and checks everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** Currency of prices without one, in ISO 4217; by default, that of the channel. */
  readonly currency?: string;
  /** Country of the feed, in ISO 3166-1 alpha-2, for times without an offset; by default, that of the currency. */
  readonly country?: string;
  /** Units of SKUs that are in stock without a number; by default they are uncounted. */
  readonly defaultQuantity?: number;
  /** The language of the channel, and of the feed; by default that of the channel, which is English for a new one. */
  readonly channelLanguage?: string;
  /** Imports only texts in this language, for products of the catalog. */
  readonly language?: string;
  /** What the columns of the feed mean, by their own names; null: nothing. */
  readonly columns?: Renames;
  /** Called for every rejected row, in the order of discovery. */
  readonly onRejected?: (row: Fault) => void;
}

/**
 * Imports a product feed of any known format into the catalog: a listing is an SKU, and those of the same group are a
 * product. Each batch of products is committed separately, and rows that need no change are not written. To continue
 * an import that was stopped or killed, run it again; images that this encoder has seen are not encoded again. A feed
 * of local inventory sets the stock of SKUs at stores instead, and with a language, only texts are imported.
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
  // First, because files may be replaced by those of another version while this one runs.
  const code = await codeDigest(...CODE);
  const report = emptyReport();
  const fetcher = deps.fetcher ?? openImageFetcher();
  try {
    await withImportLock(deps.db, (client) =>
      run(client, { ...deps, fetcher }, options, report, code, signal),
    );
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

interface Run {
  readonly client: ClientBase;
  readonly deps: ImportDeps & { readonly fetcher: ImageFetcher };
  readonly options: ImportOptions;
  readonly report: ImportReport;
  /** A digest of the code that runs. */
  readonly code: string;
  readonly source: FeedSource;
  readonly onReject: (fault: Fault) => void;
  readonly signal: AbortSignal | undefined;
}

async function run(
  client: ClientBase,
  deps: Run['deps'],
  options: ImportOptions,
  report: ImportReport,
  code: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { db, progress } = deps;
  const onReject = (fault: Fault): void => {
    report.rejectedRows += 1;
    keepFault(report.rejected, fault);
    options.onRejected?.(fault);
  };
  const feed = resolve(options.feed);
  const source = await openSource(feed, options.columns ?? new Map<string, null>(), signal);
  const { language = null, dryRun = false } = options;
  const format = language === null ? recognize(feed, source) : recognizeTexts(feed, source);
  report.format = `${format.name} (${source.syntax}, ${source.encoding})`;
  if (!dryRun && language === null) await applyChannelsFile(db, beside(options, 'channels.json'));
  progress.start('Reading the feed', source.records);
  const work: Run = { client, deps, options, report, code, source, onReject, signal };
  if (format.lists === 'stock') return importLevels(work, format);
  if (language === null) return importProducts(work, format);
  report.language = language;
  const texts = { db, client, source, format, language, code, dryRun, report, progress, onReject };
  await importTexts(texts, signal);
}

const beside = ({ feed }: ImportOptions, name: string): string => join(dirname(resolve(feed)), name);

async function importLevels(work: Run, format: StockFormat): Promise<void> {
  const { client, deps, options, report, source, onReject, signal } = work;
  const { db, progress } = deps;
  const market = await findMarket(db, options.channel);
  report.channel = market.handle;
  const { defaultQuantity = null, dryRun = false } = options;
  const onRow = (): void => progress.advance(1);
  await importStock(
    { db, client, source, format, market, defaultQuantity, dryRun, report, onReject, onRow },
    signal,
  );
  progress.done(`The feed has ${report.stockLevels} stock levels.`);
}

async function importProducts(work: Run, format: ProductFormat): Promise<void> {
  const { client, deps, options, report, source, onReject, signal } = work;
  const { db, encoder, progress } = deps;
  const currency = options.currency ?? (await currencyOf(db, options.channel));
  const staged = await stageFeed(client, {
    source,
    format,
    settings: {
      currency,
      zone: (code) => zoneOf(options.country ?? countryOf(code)),
      defaultQuantity: options.defaultQuantity ?? null,
    },
    chooseMarket: (code) => chooseMarket(db, options.channel, code),
    report,
    onReject,
    onRow: () => progress.advance(1),
  });
  progress.done(`The feed lists ${counted(staged.products, 'product')} with ${counted(staged.skus, 'SKU')}.`);
  if (staged.market === null || staged.products === 0) return;
  if (options.dryRun === true) {
    report.channel = staged.market.handle;
    report.products = staged.products;
    report.skus = staged.skus;
    const priceList = options.prune === true ? await priceListOf(db, staged.market.handle) : null;
    if (priceList !== null) await planPrune(client, priceList, report, options.maxPruned);
    return;
  }

  const market = await openMarket(db, staged.market, options.channelLanguage ?? null);
  report.channel = market.handle;
  const target = {
    encoder: { id: await registerEncoder(db, encoder), dimension: encoder.dimension },
    isDemo: options.demo === true,
    language: market.language,
  };
  const importer = new ImageImporter({
    db,
    encoder,
    encoderId: target.encoder.id,
    images: deps.images,
    fetcher: deps.fetcher,
    folder: dirname(resolve(options.feed)),
    signal,
  });
  await stageCompanions(
    client,
    db,
    { stock: beside(options, 'stock.tsv'), prices: beside(options, 'prices.tsv') },
    { onReject, signal },
  );
  const pricedLists = await listPricedLists(client);
  const offersIn = async (skus: readonly StagedOffer[]): Promise<Offers> => {
    const codes = skus.map(({ code }) => code);
    if (codes.length === 0) return NO_OFFERS;
    return offersOf(skus, market, await readCompanions(client, codes), pricedLists);
  };
  progress.start('Comparing products', staged.products);
  await updateKnown(work, offersIn, JSON.stringify([work.code, encoder.id, target.isDemo, target.language]));
  progress.done();
  progress.start('Importing products', await countWaiting(client));
  let written = 0;
  let renewAt = Math.max(FIRST_STATISTICS_PRODUCTS, await countProducts(db));
  for await (const batch of ahead(encoded(importer, ahead(read(importer, drafts(client, signal)))))) {
    const [known, others] = partition(batch);
    report.productsChanged += await updateOffers(
      db,
      await offersIn(known.drafts.flatMap(({ skus }) => skus)),
    );
    if (others.drafts.length > 0 || others.embeddings.length > 0) {
      const offers = await offersIn(others.drafts.flatMap(({ skus }) => skus));
      report.productsChanged += await transaction(db, (tx) => writeBatch(tx, others, offers, target));
    }
    count(report, batch);
    await countQuarantined(db, report, batch);
    progress.advance(batch.drafts.length);
    written += others.drafts.length;
    if (written < renewAt) continue;
    await renewStatistics(db, deps.log);
    renewAt = 2 * written;
  }
  progress.done();
  if (report.quarantinedImages > 0)
    deps.log.warn(
      { images: report.quarantinedImages },
      'Images look as if made to deceive the search: vitrine quarantine list',
    );
  signal?.throwIfAborted();
  if (options.prune === true && (await planPrune(client, market.priceListId, report, options.maxPruned)))
    report.pruned = await prune(client, market.priceListId);
  if (!target.isDemo) {
    report.demoRemoved = await removeDemo(client);
    if (report.demoRemoved > 0) progress.say('Your catalog has replaced the demo catalog.');
  }
}

/**
 * Brings the prices and the stock of products up to date that are otherwise as an earlier import of the same rows left
 * them: those are most products of most imports, and need no more.
 */
async function updateKnown(
  { client, deps: { db, progress }, report, signal }: Run,
  offersIn: (skus: readonly StagedOffer[]) => Promise<Offers>,
  settings: string,
): Promise<void> {
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const products = await compareProducts(client, position, COMPARED, settings);
    const last = products.at(-1);
    if (last === undefined) return;
    position = last.position;
    const known = products.filter(({ isKnown, hasFiles }) => isKnown && !hasFiles);
    const offers = await offersIn(
      await readOffers(
        client,
        known.map(({ handle }) => handle),
      ),
    );
    report.productsChanged += await updateOffers(db, offers);
    progress.advance(products.length);
    report.products += known.length;
    report.skus += known.reduce((sum, { skus }) => sum + skus, 0);
    report.imagesReused += known.reduce((sum, { images }) => sum + images, 0);
  }
}

/** Writes the offers that differ from Postgres, if any. Returns how many products have changed, not counting stock. */
async function updateOffers(db: Database, offers: Offers): Promise<number> {
  if (offers.codes.length === 0) return 0;
  const differing = await findDiffering(db, offers);
  let changed = 0;
  for (let start = 0; start < differing.length; start += BATCH.skus) {
    const some = offersFor(differing.slice(start, start + BATCH.skus), offers);
    changed += await transaction(db, (tx) => writeOffers(tx, some));
  }
  return changed;
}

/** The products that are as an earlier import left them, files included, and the others. */
function partition(batch: EncodedBatch): [EncodedBatch, EncodedBatch] {
  const isSame = ({ handle, isKnown }: WaitingDraft): boolean => isKnown && !batch.changed.has(handle);
  return [
    { ...batch, drafts: batch.drafts.filter(isSame) },
    { ...batch, drafts: batch.drafts.filter((draft) => !isSame(draft)) },
  ];
}

async function* drafts(client: ClientBase, signal: AbortSignal | undefined): AsyncGenerator<WaitingDraft[]> {
  let size = FIRST_BATCH_PRODUCTS;
  for (let position = 0; ; size = Math.min(BATCH.products, size * 2)) {
    signal?.throwIfAborted();
    const products = await readWaitingProducts(client, position, { ...BATCH, products: size });
    const last = products.at(-1);
    if (last === undefined) return;
    position = last.position;
    yield products.map((product) => {
      const { digest, isKnown } = product;
      return { ...draftProduct(product), digest, isKnown };
    });
  }
}

async function* read(
  importer: ImageImporter,
  batches: AsyncGenerator<WaitingDraft[]>,
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
  for (const { host, ...failure } of failures) {
    keepFault(report.imagesFailed, failure);
    countFault(report.imageHosts, host, failure);
  }
  countExcess(report, products);
}

/** Counts the images of the batch that are in quarantine, whenever they came into it. */
async function countQuarantined(
  db: Database,
  report: ImportReport,
  { drafts, images }: EncodedBatch,
): Promise<void> {
  const held = await findQuarantined(db, [...new Set([...images.values()].map(({ sha256 }) => sha256))]);
  if (held.size === 0) return;
  const seen = new Set<string>();
  for (const { link, line } of drafts.flatMap((draft) => draft.images)) {
    const found = held.get(images.get(link)?.sha256 ?? '');
    if (found === undefined || seen.has(link)) continue;
    seen.add(link);
    report.quarantinedImages += 1;
    keepFault(report.quarantined, { line, reason: `The image ${link} ${LOOKS[found.reason]}.` });
  }
}

const LOOKS: Readonly<Record<TrustReason, string>> = {
  patch: 'has a part that looks like those that deceive the encoder',
  noise: 'looks as if small changes were spread over all of it',
};
