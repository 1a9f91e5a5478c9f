import type { PoolClient } from 'pg';
import { patiently, transaction, type Database, type Queryable } from '../platform/postgres.js';
import {
  awaitPosition,
  claimPosition,
  keepPosition,
  lockFill,
  readPosition,
  tryLockFill,
  withoutTimeouts,
} from './position.store.js';

/**
 * How far an index has followed the change log, as a pg_snapshot: an index of this process keeps it in memory,
 * an index that gateways share keeps it in Postgres, and one gateway at a time moves it.
 */
export interface PositionKeeper {
  /** The last position known here; null before the index was filled, and when its position has expired. */
  current(): string | null;
  /**
   * Runs `move` with the position and keeps what it answers; answers false, and runs nothing, while another gateway
   * is at it or before the index was filled. `lost` aborts when another gateway may take over: write no more then.
   */
  advance(move: (position: string, lost: AbortSignal) => Promise<string>): Promise<boolean>;
  /** Runs `work` to fill the index and keeps the position it answers; a shared index that is filled is left as it is. */
  fill(work: (lost: AbortSignal) => Promise<string>): Promise<void>;
}

/** What is in this process is not lost to another. */
const NEVER_LOST = new AbortController().signal;

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

/** `isFilled` tells whether the index still has what Postgres says it was filled with. */
export function positionInPostgres(
  db: Database,
  indexName: string,
  encoder: string,
  isFilled: () => Promise<boolean>,
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
      // Not behind one that fills it anew while it answers.
      if (await findFilled(db)) return;
      await withFillLock(db, indexName, encoder, async (client, lost) => {
        // Gateways that start together: one fills, the others wait and find it filled.
        if (await findFilled(client)) return;
        known = await work(lost);
        await keepPosition(client, indexName, encoder, known);
      });
    },
  };
}

/** Runs `work` while nobody else fills the index with this encoder's vectors; waits for whoever does. */
export function withFillLock<T>(
  db: Database,
  indexName: string,
  encoder: string,
  work: (client: PoolClient, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  return transaction(db, async (client, lost) => {
    await withoutTimeouts(client);
    await patiently(client, () => lockFill(client, indexName, encoder));
    return work(client, lost);
  });
}

/** Runs `work` unless somebody fills the index with this encoder's vectors, or follows into it. */
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
 * Runs `work` while nobody follows into the index, and says from where it is to be followed then, whoever followed it
 * before: what `work` answers.
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
