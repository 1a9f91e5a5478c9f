import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { patiently, transaction, type Database, type Queryable } from '../platform/postgres.js';
import {
  awaitPosition,
  claimPosition,
  keepPosition,
  readPosition,
  tryLockFill,
  withoutTimeouts,
} from './position.store.js';

/** How often a process checks whether another one still fills the index, which takes seconds to hours. */
const FILL_LOCK_POLL_MS = 200;

/**
 * How far an index has followed the change log, as a pg_snapshot. For an index in this process, the position is in
 * memory; for an index that gateways share, it is in Postgres, and one gateway at a time advances it.
 */
export interface PositionKeeper {
  /** The last position known here; null before the index was filled, and when its position has expired. */
  current(): string | null;
  /**
   * Runs `move` with the position and stores the position that it returns. Returns false and runs nothing while
   * another gateway is advancing, or before the index was filled. `lost` aborts when another gateway may take over:
   * write nothing after that.
   */
  advance(move: (position: string, lost: AbortSignal) => Promise<string>): Promise<boolean>;
  /**
   * Runs `work` to fill the index and stores the position that it returns; leaves a filled shared index unchanged.
   */
  fill(work: (lost: AbortSignal) => Promise<string>): Promise<void>;
}

/** Another process cannot take over an index in this process. */
export const NEVER_LOST = new AbortController().signal;

export function positionInMemory(): PositionKeeper {
  let position: string | null = null;
  return {
    current: () => position,
    async advance(move) {
      if (position === null) return false;
      position = await move(position, NEVER_LOST);
      return true;
    },
    async fill(work) {
      position = await work(NEVER_LOST);
    },
  };
}

/**
 * `isFilled` reports whether the index still has what it was filled with according to Postgres. When `signal` aborts,
 * a filling ends, as it does when it is lost.
 */
export function positionInPostgres(
  db: Database,
  indexName: string,
  encoder: string,
  isFilled: () => Promise<boolean>,
  signal: AbortSignal = NEVER_LOST,
): PositionKeeper {
  let known: string | null = null;
  const findFilled = async (client: Queryable): Promise<boolean> => {
    known = await readPosition(client, indexName, encoder);
    return known !== null && (await isFilled());
  };

  return {
    current: () => known,

    advance: (move) =>
      transaction(db, async (client, lost) => {
        await withoutTimeouts(client);
        const claimed = await claimPosition(client, indexName, encoder);
        known = claimed ?? (await readPosition(client, indexName, encoder));
        if (claimed === null) return false;
        known = await move(claimed, lost);
        await keepPosition(client, indexName, encoder, known);
        return true;
      }),

    async fill(work) {
      // Does not wait for a gateway that refills the index while it answers.
      if (await findFilled(db)) return;
      const fill = async (client: PoolClient, lost: AbortSignal): Promise<void> => {
        // When gateways start together, one fills the index, and the others wait and find it filled.
        if (await findFilled(client)) return;
        known = await work(AbortSignal.any([lost, signal]));
        await keepPosition(client, indexName, encoder, known);
      };
      await withFillLock(db, indexName, encoder, fill, signal);
    },
  };
}

/**
 * Runs `work` with the lock on filling the index with this encoder's vectors, after waiting for the lock.
 * @throws AbortError when `signal` aborts while it waits
 */
export function withFillLock<T>(
  db: Database,
  indexName: string,
  encoder: string,
  work: (client: PoolClient, lost: AbortSignal) => Promise<T>,
  signal: AbortSignal = NEVER_LOST,
): Promise<T> {
  return transaction(db, async (client, lost) => {
    await withoutTimeouts(client);
    // A statement that waits for the lock could not be interrupted.
    while (!(await tryLockFill(client, indexName, encoder)))
      await sleep(FILL_LOCK_POLL_MS, undefined, { signal });
    return work(client, lost);
  });
}

/** Runs `work`, unless the index is being filled with this encoder's vectors, or followed into. */
export function whileUnused(
  db: Database,
  indexName: string,
  encoder: string,
  work: () => Promise<void>,
): Promise<void> {
  return transaction(db, async (client) => {
    await withoutTimeouts(client);
    const isMine = await tryLockFill(client, indexName, encoder);
    if (isMine && (await readPosition(client, indexName, encoder)) === null) await work();
  });
}

/**
 * Runs `work` while no gateway follows into the index, and stores the position that `work` returns, whatever was
 * stored before.
 */
export function switchPosition(
  db: Database,
  indexName: string,
  encoder: string,
  work: (lost: AbortSignal) => Promise<string>,
): Promise<void> {
  return transaction(db, async (client, lost) => {
    await withoutTimeouts(client);
    await patiently(client, () => awaitPosition(client, indexName, encoder));
    await keepPosition(client, indexName, encoder, await work(lost));
  });
}
