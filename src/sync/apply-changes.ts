import { OperatorError } from '../platform/operator-error.js';
import type { Queryable } from '../platform/postgres.js';
import type { Revision, VectorIndex } from '../vector-index/port.js';
import { readChanges, type Changes, type ProjectedChange } from './change.store.js';
import { readPoints } from './load-index.js';
import { projectImages } from '../projection/projection.store.js';
import { revisionOf } from './revision.js';

/** Few enough that what Postgres answers about them fits in memory, even if all have thousands of SKUs. */
const BATCH_SIZE = 100;

/**
 * Brings the index from `position` up to now; returns what changed, and the new position.
 * @throws OperatorError when Postgres is older than the index
 */
export async function followOnce(
  { db, index, encoder }: { db: Queryable; index: VectorIndex; encoder: string },
  position: string,
  signal: AbortSignal,
): Promise<Changes> {
  const read = await readChanges(db, position);
  if (revisionOf(read.position) < revisionOf(position)) {
    throw new OperatorError(
      'Postgres is older than the index, as if it had been restored from a backup: run ' +
        '`npx vitrine reindex`, and restart gateways that have the embedded index.',
    );
  }
  await applyChanges(db, index, encoder, read, signal);
  return read;
}

/**
 * Brings the index up to the current state of the changed products in Postgres. It is safe to repeat, and safe to do
 * late: it reads the current state, whatever the change was, and writes it with a revision that covers only what was
 * certainly committed before it read.
 * @throws the reason of `signal`, before a batch is written
 */
async function applyChanges(
  db: Queryable,
  index: VectorIndex,
  encoder: string,
  { position, changes }: Changes,
  signal: AbortSignal,
): Promise<void> {
  const revision = revisionOf(position);
  for (let start = 0; start < changes.length; start += BATCH_SIZE) {
    await applyBatch(db, index, encoder, changes.slice(start, start + BATCH_SIZE), revision, signal);
  }
}

async function applyBatch(
  db: Queryable,
  index: VectorIndex,
  encoder: string,
  changes: readonly ProjectedChange[],
  revision: Revision,
  signal: AbortSignal,
): Promise<void> {
  const payloads = await projectImages(
    db,
    changes.map((change) => change.productKey),
    new Map(
      changes.flatMap(({ productKey, images, payloads: others, imageIds }) =>
        images || others ? [] : [[productKey, new Set(imageIds)]],
      ),
    ),
  );
  const points = await readPoints(db, encoder, payloads, {
    productKeys: changes.filter(({ images }) => images).map(({ productKey }) => productKey),
    imageIds: changes.flatMap(({ imageIds }) => imageIds),
  });
  const written = new Set(points.map(({ imageId }) => imageId));
  const withPayloads = new Set(
    changes.filter((change) => change.payloads && !change.images).map(({ productKey }) => productKey),
  );
  const payloadOnly = [...payloads.values()].filter(
    ({ imageId, productId }) => withPayloads.has(productId) && !written.has(imageId),
  );

  signal.throwIfAborted();
  // These include the images of deleted products, which were deleted with them.
  await index.deleteImages(
    changes.flatMap((change) => change.removedImageIds),
    revision,
  );
  await index.upsert(points, revision);
  await index.setPayloads(payloadOnly, revision);
}
