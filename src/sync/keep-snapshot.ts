import type { Logger } from '../platform/logging.js';
import { startLoop } from '../platform/loop.js';
import type { Database } from '../platform/postgres.js';
import { within } from '../platform/within.js';
import type { EmbeddedIndex } from '../vector-index/embedded/embedded-index.js';
import { followOnce } from './apply-changes.js';
import type { ChangeFollower } from './follow-changes.js';
import type { IndexSnapshots } from './index-snapshots.js';
import { readClock, SNAPSHOT_MAX_AGE_MS } from './snapshot.store.js';

/** After a crash, following the changes of an hour takes seconds; more often would wear the disk for little. */
const SAVE_EVERY_MS = 60 * 60 * 1_000;
/** A part of the time that a gateway has to stop. An older snapshot stays if this is not enough. */
const SAVE_AT_END_MS = 5_000;
/** Even if nothing changes, a snapshot is renewed long before it is too old. */
const RENEW_AFTER_MS = SNAPSHOT_MAX_AGE_MS / 2;
/** A full disk is rarely free again soon. */
const RETRY_MS = 10 * 60 * 1_000;

/** What was saved last: until the index is written to, saving it again gives the same points. */
export interface SavedIndex {
  readonly index: EmbeddedIndex;
  readonly written: number;
  /** Monotonic. */
  readonly takenAt: number;
}

/**
 * Saves a snapshot of an embedded index now and then, and when closed. `current` is the index that is in use; `saved`
 * is what the snapshot on disk was made of or loaded into, or null.
 */
export function keepSnapshot(options: {
  readonly db: Database;
  readonly snapshots: IndexSnapshots;
  readonly encoder: string;
  readonly current: () => EmbeddedIndex;
  readonly saved: SavedIndex | null;
  readonly follower: Pick<ChangeFollower, 'advance' | 'health'>;
  readonly log: Logger;
}): { close(): Promise<void> } {
  const { db, snapshots, encoder, current, follower, log } = options;
  let { saved } = options;

  const isDue = (): boolean => {
    const index = current();
    if (saved?.index !== index || saved.written !== index.written) return true;
    return performance.now() - saved.takenAt > RENEW_AFTER_MS;
  };
  const save = async (): Promise<void> => {
    const now = await readClock(db);
    const taken: (SavedIndex & { position: string })[] = [];
    // Nothing else writes meanwhile, so the index and the position belong together.
    await follower.advance(async (from, lost) => {
      const [index, takenAt] = [current(), performance.now()];
      const { position } = await followOnce({ db, index, encoder }, from, lost);
      taken.push({ index, written: index.written, takenAt, position });
      return position;
    });
    for (const { position, ...state } of taken) {
      await snapshots.save(state.index, position, now);
      saved = state;
      log.debug({ ms: Math.round(performance.now() - state.takenAt) }, 'A snapshot of the index was saved');
    }
  };

  const loop = startLoop({
    async round() {
      const dueMs = saved?.index === current() ? saved.takenAt + SAVE_EVERY_MS - performance.now() : 0;
      if (dueMs > 0) return { ms: dueMs };
      if (isDue()) await save();
      return { ms: SAVE_EVERY_MS };
    },
    retryMs: () => RETRY_MS,
    log,
    says: {
      failing:
        'A snapshot of the index could not be saved; trying again, and the next start takes longer without',
      recovered: 'Snapshots of the index are being saved again',
    },
  });

  return {
    async close() {
      await within(
        loop.close().then(async () => {
          // While Postgres is away, there is no time to wait for it.
          if (isDue() && !follower.health().isFailing) await save();
        }),
        SAVE_AT_END_MS,
      ).catch((err: unknown) =>
        log.info(
          { err },
          'The last changes of the index are not in its snapshot; the next start follows them',
        ),
      );
    },
  };
}
