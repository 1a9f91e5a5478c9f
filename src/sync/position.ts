import type { PoolClient } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import {
  execute,
  patiently,
  query,
  transaction,
  type Database,
  type Queryable,
} from '../platform/postgres.js';

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

const positionRow = z.object({ position: z.string() });

/**
 * For a transaction that only holds its lock while the work goes on elsewhere, or waits for whoever does: it takes as
 * long as it takes. A holder whose machine is gone loses the lock after half a minute of silence, not after the hours
 * that an operating system waits.
 */
export async function withoutTimeouts(client: PoolClient): Promise<void> {
  await execute(
    client,
    sql`/* sync.withoutTimeouts */
      SELECT set_config('idle_in_transaction_session_timeout', '0', true), set_config('statement_timeout', '0', true),
        set_config('tcp_keepalives_idle', '15', true), set_config('tcp_keepalives_interval', '5', true),
        set_config('tcp_keepalives_count', '3', true)`,
  );
}

const selectPosition = (indexName: string, encoder: string): Sql =>
  sql`SELECT position::text AS position FROM index_positions WHERE index_name = ${indexName} AND encoder = ${encoder}`;

/** Null before the index was filled with this encoder's vectors, and when nobody has followed it for too long. */
export async function readPosition(
  db: Queryable,
  indexName: string,
  encoder: string,
): Promise<string | null> {
  const [row] = await query(
    db,
    sql`/* sync.readPosition */ ${selectPosition(indexName, encoder)}`,
    positionRow,
  );
  return row?.position ?? null;
}

/** The encoders whose vectors the index has and is followed with. */
export async function readFollowed(db: Queryable, indexName: string): Promise<string[]> {
  const rows = await query(
    db,
    sql`/* sync.followed */ SELECT encoder FROM index_positions WHERE index_name = ${indexName} ORDER BY 1`,
    z.object({ encoder: z.string() }),
  );
  return rows.map(({ encoder }) => encoder);
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
        const [row] = await query(
          client,
          sql`/* sync.claimPosition */ ${selectPosition(indexName, encoder)} FOR UPDATE SKIP LOCKED`,
          positionRow,
        );
        known = row?.position ?? (await readPosition(client, indexName, encoder));
        if (row === undefined) return false;
        known = await move(row.position, lost);
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
    await patiently(client, () =>
      execute(
        client,
        sql`/* sync.lockFill */ SELECT pg_advisory_xact_lock(hashtext(${fillLock(indexName, encoder)}))`,
      ),
    );
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
    const [row] = await query(
      client,
      sql`/* sync.tryLockFill */ SELECT pg_try_advisory_xact_lock(hashtext(${fillLock(indexName, encoder)})) AS locked`,
      z.object({ locked: z.boolean() }),
    );
    if (row?.locked === true && (await readPosition(client, indexName, encoder)) === null) await work();
  });
}

const fillLock = (indexName: string, encoder: string): string => `fill ${indexName} ${encoder}`;

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
    await patiently(client, () =>
      query(
        client,
        sql`/* sync.awaitPosition */ ${selectPosition(indexName, encoder)} FOR UPDATE`,
        positionRow,
      ),
    );
    await keepPosition(client, indexName, encoder, await work(lost));
  });
}

/** Says where changes are to be followed from, whoever followed them before. */
export async function keepPosition(
  db: Queryable,
  indexName: string,
  encoder: string,
  position: string,
): Promise<void> {
  await execute(
    db,
    sql`/* sync.keepPosition */ INSERT INTO index_positions (index_name, encoder, position)
      VALUES (${indexName}, ${encoder}, ${position}::pg_snapshot)
      ON CONFLICT (index_name, encoder) DO UPDATE
        SET position = excluded.position, moved_at = clock_timestamp()`,
  );
}
