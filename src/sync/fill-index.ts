import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { VectorIndex } from '../vector-index/port.js';
import { currentPosition } from './change.store.js';
import { loadIndex } from './load-index.js';
import { countProducts } from '../projection/projection.store.js';
import { revisionOf } from './revision.js';

/**
 * Loads everything into the index, and returns the position to follow changes from: just before it started.
 * @throws the reason of `signal`, between two batches
 */
export async function fillIndex(
  { db, encoder, progress }: { db: Database; encoder: { id: string }; progress: Progress },
  index: VectorIndex,
  signal: AbortSignal,
): Promise<string> {
  const from = await currentPosition(db);
  progress.start(`Loading the index (${index.name})`, await countProducts(db));
  await loadIndex(db, index, encoder.id, revisionOf(from), (products) => {
    signal.throwIfAborted();
    progress.advance(products);
  });
  progress.done();
  return from;
}
