import type { ClientBase } from 'pg';
import { idHandle } from '../catalog/write/handle.js';
import { requireRoom } from '../catalog/write/language-limits.js';
import { lockProducts, touchProducts } from '../catalog/write/product.store.js';
import { keepTextDigests, upsertTexts } from '../catalog/write/product-text.store.js';
import { counted } from '../platform/counted.js';
import { transaction, type Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { ProductFormat } from './formats/format.js';
import { RowError } from './listing-values.js';
import { parseText, type TextRow } from './parse-listing.js';
import { countFault, countLeftOut, tellUse, type Fault, type ImportReport } from './report.js';
import type { FeedSource } from './source/open-source.js';
import { draftText } from './text-draft.js';
import {
  createTextStaging,
  findTextProducts,
  groupTexts,
  readWaitingTexts,
  stageTexts,
  type WaitingText,
} from './texts.store.js';
import { countExcess } from './within-limits.js';

/** Rows per statement. */
const STAGED_AT_ONCE = 1_000;
/** Of a transaction, and in memory. */
const BATCH = { products: 500, rows: 2_000 };

interface TextOptions {
  readonly db: Database;
  /** Holds the staging tables. */
  readonly client: ClientBase;
  readonly source: FeedSource;
  readonly format: ProductFormat;
  readonly language: string;
  /** A digest of the code that runs. */
  readonly code: string;
  readonly dryRun: boolean;
  readonly report: ImportReport;
  readonly progress: Progress;
  readonly onReject: (fault: Fault) => void;
}

/**
 * Adds the texts of a feed in one language to products of the catalog, and touches nothing else of them. Rows of products
 * that are not in the catalog are rejected, and those of products whose own language it is. Texts that an earlier import
 * made of the same rows are left alone.
 */
export async function importTexts(options: TextOptions, signal: AbortSignal | undefined): Promise<void> {
  const { db, client, source, language, code, report, progress, onReject } = options;
  await createTextStaging(client);
  await stage(options);
  tellUse(report, source.use);
  for (const { line, id, isOwn } of await findTextProducts(client, language)) {
    const reason = isOwn
      ? `id ${JSON.stringify(id)}: The product's own texts are in ${language}: import them without --language.`
      : `id ${JSON.stringify(id)}: There is no such product: import the product feed first.`;
    onReject({ line, reason });
  }
  const counts = await groupTexts(client, language, JSON.stringify([code]));
  report.products = counts.products;
  report.skus = counts.rows;
  progress.done(`The feed has texts of ${counted(counts.products, 'product')}.`);
  if (options.dryRun) return;
  progress.start('Importing texts', counts.waiting);
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const texts = await readWaitingTexts(client, position, BATCH);
    const last = texts.at(-1);
    if (last === undefined) break;
    position = last.position;
    report.productsChanged += await transaction(db, (tx) => write(tx, options, texts));
    progress.advance(texts.length);
  }
  progress.done();
}

async function stage({
  client,
  source,
  format,
  language,
  report,
  progress,
  onReject,
}: TextOptions): Promise<void> {
  let rows: { handle: string; row: TextRow }[] = [];
  const flush = async (): Promise<void> => {
    await stageTexts(client, rows);
    rows = [];
  };
  for await (const listed of format.read(() => source.read(), language)) {
    const { line } = listed;
    try {
      if ('fault' in listed) throw new RowError(listed.fault);
      if ('skipped' in listed) countFault(report.skipped, listed.skipped, { line, reason: listed.skipped });
      else {
        const parsed = parseText(listed);
        countLeftOut(report, parsed);
        rows.push({ handle: idHandle(parsed.row.group), row: parsed.row });
      }
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      onReject({ line, reason: error.message });
    }
    progress.advance(1);
    if (rows.length >= STAGED_AT_ONCE) await flush();
  }
  await flush();
}

async function write(
  client: ClientBase,
  { language, report }: TextOptions,
  texts: readonly WaitingText[],
): Promise<number> {
  const languages = { own: [], translated: [language] };
  await lockProducts(
    client,
    texts.map(({ handle }) => handle),
    [],
    languages,
  );
  await requireRoom(client, languages);
  const drafts = texts.map(({ productId, handle, digest, rows }) => {
    const draft = draftText(handle, rows);
    // What is left out is reported by each import.
    return { productId, language, ...draft, digest: draft.excess.length === 0 ? digest : null };
  });
  countExcess(report, drafts);
  const changed = await upsertTexts(
    client,
    drafts.filter(({ title, description }) => title !== null || description !== null),
  );
  await touchProducts(client, changed);
  await keepTextDigests(
    client,
    language,
    drafts.flatMap(({ productId, digest }) => (digest === null ? [] : [{ productId, digest }])),
  );
  return changed.length;
}
