import type { Database } from '../platform/postgres.js';
import { MAX_OF_NOBODY } from './limits.js';
import { deleteBoards, findCrowding, pruneOldBoards, prunePinnedImages } from './prune-boards.store.js';

/** An anonymous board has no owner who would delete it; boards in use are kept. */
const ANONYMOUS_DAYS = 90;
/** Boards per transaction; each of its statements is well within the statement timeout. */
const PRUNED_AT_ONCE = 1_000;
/** Boards that are found at once, because finding them reads all: more than a gateway writes between two prunings. */
const FOUND_AT_ONCE = 100_000;

interface PruneBoardsOptions {
  /** The id of the encoder if it scores images (`Encoder.trustOf`); the embeddings of any other are kept. */
  readonly scoringEncoder: string | null;
  /** Pins of boards of nobody in particular that are kept at most. */
  readonly most?: number;
}

/**
 * Deletes anonymous boards that have not changed for months, or that take more than their share of what all may take, and
 * the stored data of uploaded images that are no longer pinned; stops between batches. The bytes of the images are pruned
 * with the other old uploads.
 */
export async function pruneBoards(
  db: Database,
  signal: AbortSignal,
  { scoringEncoder, most = MAX_OF_NOBODY }: PruneBoardsOptions,
): Promise<void> {
  const inBatches = async (prune: () => Promise<number>): Promise<void> => {
    while (!signal.aborted && (await prune()) === PRUNED_AT_ONCE);
  };
  await inBatches(() => pruneOldBoards(db, ANONYMOUS_DAYS, PRUNED_AT_ONCE));
  const crowding = await findCrowding(db, most, FOUND_AT_ONCE);
  for (let at = 0; at < crowding.length && !signal.aborted; at += PRUNED_AT_ONCE)
    await deleteBoards(db, crowding.slice(at, at + PRUNED_AT_ONCE));
  await inBatches(() => prunePinnedImages(db, scoringEncoder, PRUNED_AT_ONCE));
}
