import type { Config } from '../config.js';
import type { Doorbell } from '../platform/doorbell.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import { openEmbeddedIndex } from '../similarity/embedded.js';
import type { VectorIndex } from '../similarity/index.js';
import { openQdrantIndex } from '../similarity/qdrant.js';
import { ReplaceableIndex } from '../similarity/replaceable.js';
import type { Encoder } from '../vision/encoder.js';
import { fillIndex } from './fill-index.js';
import { followChanges, type ChangeFollower } from './follow-changes.js';
import { positionInMemory, positionInPostgres, type PositionKeeper } from './position.js';
import { refillQdrant } from './refill-qdrant.js';

/** Before any change was followed: a snapshot that sees nothing. */
const NOTHING_SEEN = '1:1:';

/** An index that follows Postgres. */
export interface FollowedIndex extends Pick<ChangeFollower, 'catchUp'> {
  readonly index: VectorIndex;
  /** How far it has followed: what a search reports its lag from. */
  position(): string;
  close(): Promise<void>;
}

export interface FollowedIndexOptions {
  readonly db: Database;
  readonly encoder: Pick<Encoder, 'id' | 'dimension'>;
  /** Null: the embedded index. */
  readonly qdrant: Config['qdrant'];
  /** Without one, changes are polled for. */
  readonly doorbell?: Pick<Doorbell, 'onRing'>;
  readonly log: Logger;
  readonly progress: Progress;
}

/** Opens the configured index, fills it from Postgres unless it is filled, and follows from there. */
export async function openFollowedIndex(options: FollowedIndexOptions): Promise<FollowedIndex> {
  const { index, keeper, fill, isLost, rebuild } = await (options.qdrant === null
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
    ...(options.doorbell && { doorbell: options.doorbell }),
    log: options.log,
  });
  return {
    index,
    position: () => keeper.current() ?? NOTHING_SEEN,
    catchUp: () => follower.catchUp(),
    async close() {
      await follower.close();
      await index.close();
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
}

async function openEmbedded(options: FollowedIndexOptions): Promise<Opened> {
  const { encoder, log } = options;
  const keeper = positionInMemory();
  let isLost = false;
  const open = (): Promise<VectorIndex> =>
    openEmbeddedIndex({ dimension: encoder.dimension, log, onLost: () => (isLost = true) });
  const index = new ReplaceableIndex(await open());
  const load = (empty: VectorIndex): Promise<void> => keeper.fill((lost) => fillIndex(options, empty, lost));

  const rebuild = async (): Promise<void> => {
    const next = await open();
    // From here on it tells of the new one.
    isLost = false;
    try {
      await load(next);
    } catch (error) {
      isLost = true;
      await next.close();
      throw error;
    }
    await index.replace(next).close();
    log.info('The embedded index was loaded again from Postgres');
  };
  return { index, keeper, fill: () => load(index), isLost: () => isLost, rebuild };
}

async function openShared(
  options: FollowedIndexOptions,
  qdrant: NonNullable<Config['qdrant']>,
): Promise<Opened> {
  const { db, encoder, log } = options;
  const { url, apiKey, collection } = qdrant;
  const index = await openQdrantIndex({
    url,
    ...(apiKey === null ? {} : { apiKey }),
    collection,
    encoder: encoder.id,
    dimension: encoder.dimension,
    log,
  });
  const isFilled = async (): Promise<boolean> => (await index.count()) > 0;
  const keeper = positionInPostgres(db, collection, encoder.id, isFilled);
  const fill = (): Promise<void> =>
    keeper.fill(async (lost) => {
      if (!(await isFilled())) return fillIndex(options, index, lost);
      // Nobody knows which of its points are still so.
      return (await refillQdrant(options, qdrant, lost)).position;
    });
  return {
    index,
    keeper,
    fill,
    isLost: () => keeper.current() === null,
    rebuild: fill,
  };
}
