import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { countDemo } from '../catalog/count-demo.store.js';
import { readCalibration, writeCalibration } from '../search/probability/calibration.store.js';
import { importFeed } from '../import/import-feed.js';
import { importFacts } from '../knowledge/import-facts.js';
import type { BlobStore } from '../platform/blob-store.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { readCalibrationFile } from '../search/probability/encoder-calibration.js';
import type { Encoder } from '../vision/encoder.js';

const FOLDER = new URL('../../catalog/', import.meta.url);
const FEED = fileURLToPath(new URL('feed.tsv', FOLDER));

const listed = z.array(z.object({ item_group_id: z.string() }));

/**
 * Whether the demo catalog is to be loaded: nothing is there yet, or a start that loaded it was cut short. Its calibration is
 * written last, so with it, a product that is missing was deleted.
 */
export async function isDemoMissing(db: Database, encoder: Pick<Encoder, 'id'>): Promise<boolean> {
  const { products, ofDemo } = await countDemo(db);
  if (products === 0) return true;
  if (ofDemo < products || (await readCalibration(db, encoder.id, 'same_product')) !== null) return false;
  const rows = listed.parse(parse(await readFile(FEED), { columns: true, delimiter: '\t' }));
  return ofDemo < new Set(rows.map((row) => row.item_group_id)).size;
}

/** Loads the demo catalog, the facts about its materials and styles, and the calibration for its drawings. */
export async function importDemo(
  services: { db: Database; encoder: Encoder; images: BlobStore; log: Logger; progress: Progress },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { db, encoder, log, progress } = services;
  progress.say('Loading the demo catalog (set VITRINE_DEMO=0 to start empty).');
  // Facts come before the products: the import is skipped once there are products.
  const { faults } = await importFacts(services, fileURLToPath(new URL('facts.jsonl', FOLDER)), signal);
  if (faults.length > 0) log.warn({ faults }, 'The facts of the demo catalog are invalid');
  signal?.throwIfAborted();
  await importFeed(services, { feed: FEED, demo: true }, signal);
  signal?.throwIfAborted();
  const calibration = await readCalibrationFile(fileURLToPath(FOLDER));
  if (calibration?.encoder === encoder.id)
    await writeCalibration(db, encoder.id, 'same_product', calibration.sameProduct);
}
