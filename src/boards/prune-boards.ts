import type { Database } from '../platform/postgres.js';
import { pruneOldBoards, prunePinnedImages } from './prune-boards.store.js';

/** An anonymous board has nobody who would delete it; one that is used is kept. */
const ANONYMOUS_DAYS = 90;
/** A transaction's worth: each of its statements is well within the statement timeout. */
const PRUNED_AT_ONCE = 1_000;

/**
 * Forgets anonymous boards that were not changed for months, and what is known of uploaded images that nobody pins any
 * more; stops between batches. Their bytes go with the other old uploads.
 */
export async function pruneBoards(db: Database, signal: AbortSignal): Promise<void> {
  const prunings = [
    () => pruneOldBoards(db, ANONYMOUS_DAYS, PRUNED_AT_ONCE),
    () => prunePinnedImages(db, PRUNED_AT_ONCE),
  ];
  for (const prune of prunings) while (!signal.aborted && (await prune()) === PRUNED_AT_ONCE);
}
