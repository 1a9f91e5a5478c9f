import type { Database } from '../platform/postgres.js';
import { pruneOldBoards, prunePinnedImages } from './prune-boards.store.js';

/** An anonymous board has no owner who would delete it; boards in use are kept. */
const ANONYMOUS_DAYS = 90;
/** Boards per transaction; each of its statements is well within the statement timeout. */
const PRUNED_AT_ONCE = 1_000;

/**
 * Deletes anonymous boards that have not changed for months, and the stored data of uploaded images that are no
 * longer pinned; stops between batches. The bytes of the images are pruned with the other old uploads.
 */
export async function pruneBoards(db: Database, signal: AbortSignal): Promise<void> {
  const prunings = [
    () => pruneOldBoards(db, ANONYMOUS_DAYS, PRUNED_AT_ONCE),
    () => prunePinnedImages(db, PRUNED_AT_ONCE),
  ];
  for (const prune of prunings) while (!signal.aborted && (await prune()) === PRUNED_AT_ONCE);
}
