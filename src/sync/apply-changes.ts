import type { Database } from '../platform/postgres.js';
import type { PointPayload, VectorIndex } from '../similarity/index.js';
import type { ProductChange } from './change.store.js';
import { readPoints } from './load-index.js';
import { projectProducts } from './projection.store.js';

const BATCH_SIZE = 500;

/**
 * Brings the index up to what Postgres says now of the changed products. Safe to repeat: it reads the present
 * state, whatever the change was.
 * @throws the reason of `signal`, before a batch is written
 */
export async function applyChanges(
  db: Database,
  index: VectorIndex,
  encoder: string,
  changes: readonly ProductChange[],
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < changes.length; start += BATCH_SIZE) {
    await applyBatch(db, index, encoder, changes.slice(start, start + BATCH_SIZE), signal);
  }
}

async function applyBatch(
  db: Database,
  index: VectorIndex,
  encoder: string,
  changes: readonly ProductChange[],
  signal: AbortSignal,
): Promise<void> {
  const payloads = await projectProducts(
    db,
    changes.map((change) => change.productKey),
  );
  const present = changes.filter((change) => payloads.has(change.productKey));
  const [withImages, payloadOnly] = [
    present.filter((change) => change.images),
    present.filter((change) => !change.images),
  ];
  const points = await readPoints(
    db,
    encoder,
    payloads,
    withImages.map((change) => change.productKey),
  );

  signal.throwIfAborted();
  await index.deleteImages(changes.flatMap((change) => change.removedImageIds));
  await index.deleteProducts(changes.map((change) => change.productKey).filter((key) => !payloads.has(key)));
  await index.upsert(points);
  await index.setPayloads(pick(payloads, payloadOnly));
}

function pick(
  payloads: ReadonlyMap<number, PointPayload>,
  changes: readonly ProductChange[],
): Map<number, PointPayload> {
  const keys = new Set(changes.map((change) => change.productKey));
  return new Map([...payloads].filter(([key]) => keys.has(key)));
}
