import { snapshot, type Database } from '../platform/postgres.js';
import { within } from '../platform/within.js';
import type { EmbeddedIndex } from '../vector-index/embedded/embedded-index.js';
import { followOnce } from './apply-changes.js';
import { countIndexed } from './encoding.store.js';
import type { FoundSnapshot } from './index-snapshots.js';
import { revisionOf } from './revision.js';

/**
 * Loads a snapshot into an empty index and brings it up to now. Returns the new position.
 * @throws Error when the file is damaged, when Postgres then has another number of images, or the reason of `signal`:
 * start over with an empty index
 */
export async function loadSnapshot(
  { db, index, encoder }: { db: Database; index: EmbeddedIndex; encoder: string },
  { path, id, position }: FoundSnapshot,
  signal: AbortSignal,
): Promise<string> {
  // Points that were saved after a write are newer than the position. Nothing older than it will be written, so its
  // revision orders all later writes all the same.
  await within(index.load(path, id, revisionOf(position)), Infinity, signal);
  const followed = await followOnce({ db, index, encoder }, position, signal);
  return snapshot(db, async (client) => {
    const { position: now } = await followOnce({ db: client, index, encoder }, followed.position, signal);
    const [points, images] = [await index.count(), await countIndexed(client, encoder)];
    if (points !== images)
      throw new Error(`The index has ${points} images after its snapshot, and Postgres ${images}.`);
    return now;
  });
}
