import { fileURLToPath } from 'node:url';
import { writeCalibration } from '../search/probability/calibration.store.js';
import { importFeed } from '../import/import-feed.js';
import { importFacts } from '../knowledge/import-facts.js';
import type { BlobStore } from '../platform/blob-store.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { readCalibrationFile } from '../search/probability/encoder-calibration.js';
import type { Encoder } from '../vision/encoder.js';

const FOLDER = new URL('../../catalog/', import.meta.url);

/** Loads the demo catalog, the facts about its materials and styles, and the calibration for its drawings. */
export async function importDemo(
  services: { db: Database; encoder: Encoder; images: BlobStore; log: Logger; progress: Progress },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { db, encoder, log, progress } = services;
  progress.say('First start: loading the demo catalog (set VITRINE_DEMO=0 to start empty).');
  // Facts come before the products: the import is skipped once there are products.
  const { faults } = await importFacts(services, fileURLToPath(new URL('facts.jsonl', FOLDER)), signal);
  if (faults.length > 0) log.warn({ faults }, 'The facts of the demo catalog are invalid');
  signal?.throwIfAborted();
  await importFeed(services, { feed: fileURLToPath(new URL('feed.tsv', FOLDER)), demo: true }, signal);
  const calibration = await readCalibrationFile(fileURLToPath(FOLDER));
  if (calibration?.encoder === encoder.id)
    await writeCalibration(db, encoder.id, 'same_product', calibration.sameProduct);
}
