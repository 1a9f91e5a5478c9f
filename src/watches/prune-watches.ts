import type { Database } from '../platform/postgres.js';
import { pruneEvents, pruneExpired } from './watch.store.js';

/** As long as messages are kept for a webhook. */
const EXPIRED_KEPT_DAYS = 30;
/** As long as a watch lasts that says nothing else. */
const EVENTS_KEPT_DAYS = 90;
/** A watch has up to a thousand rows with it. */
const WATCHES_AT_ONCE = 20;
const EVENTS_AT_ONCE = 5_000;

/** Deletes watches that expired long ago, and old events; stops between batches. */
export async function pruneWatches(db: Database, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await pruneExpired(db, EXPIRED_KEPT_DAYS, WATCHES_AT_ONCE)) === WATCHES_AT_ONCE);
  while (!signal.aborted && (await pruneEvents(db, EVENTS_KEPT_DAYS, EVENTS_AT_ONCE)) === EVENTS_AT_ONCE);
}
