import type { Config } from '../config.js';
import { closeAll } from '../platform/close-all.js';
import type { ChangeListener } from '../platform/change-listener.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { openEmbeddedIndex } from '../vector-index/embedded/embedded-index.js';
import type { VectorIndex } from '../vector-index/port.js';
import { findQdrantIndex, openQdrantIndex } from '../vector-index/qdrant/qdrant-index.js';
import { ReplaceableIndex } from '../vector-index/replaceable.js';
import type { Encoder } from '../vision/encoder.js';
import { followOnce } from './apply-changes.js';
import { forgetForeignChanges } from './change.store.js';
import { dropUnusedIndexes } from './drop-unused.js';
import { fillIndex } from './fill-index.js';
import { followChanges, type ChangeFollower } from './follow-changes.js';
import { IndexSnapshots, type FoundSnapshot } from './index-snapshots.js';
import { keepSnapshot, type SavedIndex } from './keep-snapshot.js';
import { loadSnapshot } from './load-snapshot.js';
import {
  NEVER_LOST,
  positionInMemory,
  positionInPostgres,
  withFillLock,
  type PositionKeeper,
} from './position.js';
import { refillQdrant } from './refill-qdrant.js';

/** The position before any change was followed: a snapshot that sees nothing. */
export const NOTHING_SEEN = '1:1:';

/** Longer than loading the largest index that the embedded one is meant for takes. */
const LOAD_MS = 60_000;

/** An index that follows Postgres. */
export interface FollowedIndex extends Pick<ChangeFollower, 'catchUp' | 'advance' | 'health'> {
  readonly index: VectorIndex;
  /** How far it has followed; searches compute their lag from this. */
  position(): string;
  /**
   * Fills another index while this one continues to answer and follow, then replaces this one; null when gateways
   * share the index, because a single gateway must not replace that.
   */
  readonly replace: ((progress: Progress, signal: AbortSignal) => Promise<void>) | null;
  close(): Promise<void>;
}

export interface FollowedIndexOptions {
  readonly db: Database;
  readonly encoder: Pick<Encoder, 'id' | 'dimension'>;
  /** Null: the embedded index. */
  readonly qdrant: Config['qdrant'];
  /** Without a listener, changes are found by polling only. */
  readonly changes?: Pick<ChangeListener, 'onChange'>;
  /** Absolute path of the folder for snapshots of the embedded index; without one, it is filled at each start. */
  readonly snapshotFolder?: string;
  readonly log: Logger;
  readonly progress: Progress;
  /** Gives up an index that is still being opened, and closes a shared one that is open. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the configured index, fills it from Postgres if necessary, and follows changes from there.
 * @throws QdrantUnreachable, RequestError INDEX_UNAVAILABLE, DatabaseUnavailable: it may be there later. OperatorError
 */
export async function openFollowedIndex(options: FollowedIndexOptions): Promise<FollowedIndex> {
  await forgetForeignChanges(options.db);
  const { index, keeper, fill, isLost, rebuild, replace, keep } = await (options.qdrant === null
    ? openEmbedded(options)
    : openShared(options, options.qdrant));
  try {
    await fill();
  } catch (error) {
    await index.close();
    throw error;
  }
  const follower = followChanges({
    db: options.db,
    index,
    encoder: options.encoder.id,
    position: keeper,
    isLost,
    rebuild,
    ...(options.changes && { changes: options.changes }),
    log: options.log,
  });
  const kept = keep?.(follower);
  return {
    index,
    position: () => keeper.current() ?? NOTHING_SEEN,
    catchUp: () => follower.catchUp(),
    advance: (move) => follower.advance(move),
    health: () => follower.health(),
    replace: replace && ((progress, signal) => replace(follower, progress, signal)),
    async close() {
      const [first, last] = options.qdrant === null ? [follower, index] : [index, follower];
      // A Qdrant that does not answer would hold up the follower. What it has not applied is followed again.
      await closeAll([async () => kept?.close(), () => first.close(), () => last.close()]);
    },
  };
}

interface Opened {
  readonly index: VectorIndex;
  readonly keeper: PositionKeeper;
  /** Fills the index, unless it has been filled. */
  readonly fill: () => Promise<void>;
  readonly isLost: () => boolean;
  /** Starts over, when the index is lost or changes may have been pruned before they were followed. */
  readonly rebuild: () => Promise<void>;
  /** Starts over while the index answers and `follower` continues. */
  readonly replace:
    | ((follower: Pick<ChangeFollower, 'advance'>, progress: Progress, signal: AbortSignal) => Promise<void>)
    | null;
  /** Saves the index for the next start from time to time, until closed; null without a place for that. */
  readonly keep: ((follower: ChangeFollower) => { close(): Promise<void> }) | null;
}

async function openEmbedded(options: FollowedIndexOptions): Promise<Opened> {
  const { db, encoder, log, signal = NEVER_LOST } = options;
  const keeper = positionInMemory();
  const snapshots =
    options.snapshotFolder === undefined
      ? null
      : await IndexSnapshots.open({ db, folder: options.snapshotFolder, encoder, log });
  let saved: SavedIndex | null = null;
  const open = async () => {
    const life = { isLost: false };
    const onLost = (): void => void (life.isLost = true);
    return { life, index: await openEmbeddedIndex({ dimension: encoder.dimension, log, onLost }) };
  };
  let current = await open();
  const index = new ReplaceableIndex(current.index);
  /** Fills another index and replaces this one with it; closes the other one if that fails. */
  const withNext = async (
    fill: (next: VectorIndex, putInPlace: () => Promise<void>) => Promise<void>,
  ): Promise<void> => {
    const next = await open();
    const putInPlace = async (): Promise<void> => {
      current = next;
      await index.replace(next.index).close();
      log.info('The embedded index was loaded again from Postgres');
    };
    try {
      await fill(next.index, putInPlace);
    } catch (error) {
      if (current !== next) await next.index.close();
      throw error;
    }
  };

  const load = async (found: FoundSnapshot): Promise<void> => {
    const { index: empty } = current;
    const takenAt = performance.now() - found.ageMs;
    const ended = AbortSignal.any([signal, AbortSignal.timeout(LOAD_MS)]);
    await keeper.fill(() => loadSnapshot({ db, index: empty, encoder: encoder.id }, found, ended));
    saved = { index: empty, written: 0, takenAt };
    log.info({ ageMs: Math.round(found.ageMs) }, 'The embedded index was loaded from its snapshot');
  };
  /** Returns whether there was a snapshot, and the index now has what Postgres has. */
  const loadAny = async (): Promise<boolean> => {
    let failed: string | null = null;
    for (;;) {
      let found: FoundSnapshot | null = null;
      try {
        found = (await snapshots?.find()) ?? null;
        if (found === null || found.id === failed) return false;
        await load(found);
        return true;
      } catch (err) {
        signal.throwIfAborted();
        log.warn({ err }, 'The snapshot of the index cannot be used');
        // Some points may be in it already.
        current = await open();
        await index.replace(current.index).close();
        if (found === null || failed !== null) return false;
        // Once more, because another gateway may have replaced the file while this one read it.
        failed = found.id;
      }
    }
  };

  return {
    index,
    keeper,
    fill: async () => {
      if (!(await loadAny())) await keeper.fill(() => fillIndex(options, index, signal));
    },
    isLost: () => current.life.isLost,
    rebuild: () =>
      withNext(async (next, putInPlace) => {
        await keeper.fill(() => fillIndex(options, next, signal));
        await putInPlace();
      }),
    replace: (follower, progress, stopped) =>
      withNext(async (next, putInPlace) => {
        const target = { db, index: next, encoder: encoder.id };
        const from = await fillIndex({ db, encoder, progress }, next, stopped);
        // Once before the follower has to wait, because much may have changed while the index was filled.
        const { position } = await followOnce(target, from, stopped);
        await follower.advance(async () => {
          const last = await followOnce(target, position, stopped);
          await putInPlace();
          return last.position;
        });
      }),
    keep:
      snapshots &&
      ((follower) =>
        keepSnapshot({
          db,
          snapshots,
          encoder: encoder.id,
          current: () => current.index,
          saved,
          follower,
          log,
        })),
  };
}

async function openShared(
  options: FollowedIndexOptions,
  qdrant: NonNullable<Config['qdrant']>,
): Promise<Opened> {
  const { db, encoder, log, signal = NEVER_LOST } = options;
  const { url, apiKey, collection, cluster } = qdrant;
  const server = {
    url,
    ...(apiKey === null ? {} : { apiKey }),
    collection,
    encoder: encoder.id,
    dimension: encoder.dimension,
    ...(cluster && { cluster }),
    log,
    ...(options.signal && { signal: options.signal }),
  };
  // So that gateways that start together create one collection, not one each.
  const make = (): Promise<VectorIndex> =>
    withFillLock(db, collection, encoder.id, () => openQdrantIndex(server), signal);
  const index = (await findQdrantIndex(server)) ?? (await make());
  const isFilled = async (): Promise<boolean> => (await index.count()) > 0;
  const keeper = positionInPostgres(db, collection, encoder.id, isFilled, signal);
  const fill = (): Promise<void> =>
    keeper.fill(async (lost) => {
      if (!(await isFilled())) return fillIndex(options, index, lost);
      // It is unknown which of its points are still valid, and nothing follows into it.
      let position = NOTHING_SEEN;
      await refillQdrant(options, qdrant, lost, async (finish) => void (position = await finish(lost)));
      return position;
    });
  return {
    index,
    keeper,
    fill: async () => {
      await fill();
      await dropUnusedIndexes(db, qdrant, encoder.id).then(
        (encoders) => {
          if (encoders.length > 0)
            log.info({ encoders }, 'Indexes that nobody uses were deleted from Qdrant');
        },
        (err: unknown) => log.warn({ err }, 'Unused indexes could not be deleted from Qdrant'),
      );
    },
    isLost: () => keeper.current() === null,
    rebuild: fill,
    replace: null,
    keep: null,
  };
}
