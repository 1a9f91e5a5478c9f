import type { Database } from '../platform/postgres.js';
import { pruneJobs } from './design-job.store.js';

/** Designs of nobody in particular have no owner who would delete them. */
const KEPT_DAYS = 30;
/** Few enough that one statement stays well within the statement timeout. */
const PRUNED_AT_ONCE = 1_000;

/** Deletes jobs that ended long ago and have no designs, and those of nobody with theirs; stops between batches. */
export async function pruneDesigns(db: Database, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await pruneJobs(db, KEPT_DAYS, PRUNED_AT_ONCE)) === PRUNED_AT_ONCE);
}
