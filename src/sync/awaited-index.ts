import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '../errors.js';
import { DatabaseUnavailable } from '../platform/database-unavailable.js';
import { startLoop, type Loop } from '../platform/loop.js';
import { errorMessage } from '../platform/operator-error.js';
import { within } from '../platform/within.js';
import { missingIndex } from '../vector-index/missing.js';
import { QdrantUnreachable } from '../vector-index/qdrant/connect.js';
import { ReplaceableIndex } from '../vector-index/replaceable.js';
import {
  NOTHING_SEEN,
  openFollowedIndex,
  type FollowedIndex,
  type FollowedIndexOptions,
} from './followed-index.js';

/**
 * How long a start waits for the index. That is enough to open it, and to fill it for a small catalog. Filling it for a
 * large one takes longer than an orchestrator waits for a start.
 */
const START_WAIT_MS = 5_000;

/** What is wrong needs somebody to mend it, and each attempt may read the catalog again. */
const WRONG_RETRY_MS = 2 * 60 * 1_000;

/** After the index is open there is nothing left to do. */
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The index of a gateway, which may start before the index is available. */
export interface AwaitedIndex extends Omit<FollowedIndex, 'catchUp'> {
  /** Why searches do not work yet; null once the index was opened. */
  missing(): string | null;
  /** Resolves once the index is open; never, if the gateway is stopped before. */
  readonly opened: Promise<void>;
}

/**
 * Like `openFollowedIndex`, but does not wait for an index that cannot be reached, or that takes long to fill: it is
 * opened as soon as that is possible. Until then, searches fail with INDEX_UNAVAILABLE.
 *
 * @throws OperatorError, Error when the index cannot be used at all, such as with a wrong key
 */
export async function openAwaitedIndex(options: FollowedIndexOptions): Promise<AwaitedIndex> {
  const closing = new AbortController();
  const isShared = options.qdrant !== null;
  const index = new ReplaceableIndex(missingIndex(isShared ? 'qdrant' : 'embedded'));
  const state: { followed: FollowedIndex | null; missing: string | null } = {
    followed: null,
    missing: 'the index is being opened and filled',
  };
  let resolveOpened = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    resolveOpened = resolve;
  });
  const open = async (): Promise<void> => {
    const attempt = new AbortController();
    const end = (): void => attempt.abort(new Error('the gateway is stopping'));
    closing.signal.addEventListener('abort', end);
    try {
      state.followed = await openFollowedIndex({ ...options, signal: attempt.signal });
      state.missing = null;
      index.replace(state.followed.index);
      resolveOpened();
    } catch (error) {
      state.missing = errorMessage(error);
      // An outage has many attempts, and each has connections of its own.
      closing.signal.removeEventListener('abort', end);
      attempt.abort(error);
      throw error;
    }
  };

  let opening: Promise<void> | null = open();
  try {
    await Promise.race([opening, sleep(START_WAIT_MS, undefined, { ref: false })]);
    if (state.followed === null)
      options.log.info('The search index is still being filled; searches fail until it is complete');
  } catch (error) {
    if (!mayPass(error)) throw error;
  }
  const loop: Loop = startLoop({
    async round() {
      if (state.followed !== null) return { ms: DAY_MS };
      const attempt = opening ?? open();
      opening = null;
      try {
        await attempt;
      } catch (err) {
        if (!mayPass(err) && !closing.signal.aborted)
          options.log.error({ err }, 'The search index cannot be opened, and that will not pass by itself');
        throw err;
      }
      return { ms: DAY_MS };
    },
    retryMs: (error) => (mayPass(error) ? null : WRONG_RETRY_MS),
    log: options.log,
    says: {
      failing: 'The search index cannot be opened; searches fail until it can, and everything else works',
      recovered: 'The search index is open',
    },
  });

  return {
    index,
    missing: () => state.missing,
    opened,
    position: () => state.followed?.position() ?? NOTHING_SEEN,
    health: () => state.followed?.health() ?? loop.health(),
    advance: async (move) => (await state.followed?.advance(move)) ?? false,
    replace: isShared
      ? null
      : async (progress, signal) => {
          await within(opened, Infinity, signal);
          await state.followed?.replace?.(progress, signal);
        },
    async close() {
      closing.abort();
      await loop.close();
      await state.followed?.close();
    },
  };
}

function mayPass(error: unknown): boolean {
  const isAway = error instanceof RequestError && error.code === 'INDEX_UNAVAILABLE';
  return isAway || error instanceof QdrantUnreachable || error instanceof DatabaseUnavailable;
}
