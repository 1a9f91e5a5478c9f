import type { PoolClient } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { execute, query, type Queryable } from '../platform/postgres.js';

const positionRow = z.object({ position: z.string() });

/**
 * For a transaction that only holds its lock while the work runs elsewhere, or that waits for such a lock, for any
 * length of time. If the holder's machine disappears, it loses the lock after half a minute of silence, not after the
 * hours of an operating system's default.
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

/** Null before the index was filled with this encoder's vectors, and when it has not been followed for too long. */
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

/** The encoders whose vectors are in the index and kept up to date. */
export async function readFollowed(db: Queryable, indexName: string): Promise<string[]> {
  const rows = await query(
    db,
    sql`/* sync.followed */ SELECT encoder FROM index_positions WHERE index_name = ${indexName} ORDER BY 1`,
    z.object({ encoder: z.string() }),
  );
  return rows.map(({ encoder }) => encoder);
}

/** The position, locked until the transaction ends; null if there is none, or another transaction has the lock. */
export async function claimPosition(
  client: PoolClient,
  indexName: string,
  encoder: string,
): Promise<string | null> {
  const [row] = await query(
    client,
    sql`/* sync.claimPosition */ ${selectPosition(indexName, encoder)} FOR UPDATE SKIP LOCKED`,
    positionRow,
  );
  return row?.position ?? null;
}

/** Waits for the lock on the position and keeps it until the transaction ends. */
export async function awaitPosition(client: PoolClient, indexName: string, encoder: string): Promise<void> {
  await query(
    client,
    sql`/* sync.awaitPosition */ ${selectPosition(indexName, encoder)} FOR UPDATE`,
    positionRow,
  );
}

/** Stores the position to follow changes from, whatever was stored before. */
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

const fillLock = (indexName: string, encoder: string): string => `fill ${indexName} ${encoder}`;

/**
 * Takes the lock on filling the index with this encoder's vectors, until the transaction ends. False while another
 * transaction holds it.
 */
export async function tryLockFill(client: PoolClient, indexName: string, encoder: string): Promise<boolean> {
  const [row] = await query(
    client,
    sql`/* sync.tryLockFill */ SELECT pg_try_advisory_xact_lock(hashtext(${fillLock(indexName, encoder)})) AS locked`,
    z.object({ locked: z.boolean() }),
  );
  return row?.locked === true;
}

/** Gives the transaction an id, so that snapshots taken from now on are newer than all earlier ones. */
export async function useTransactionId(db: Queryable): Promise<void> {
  await execute(db, sql`/* reconcile.newTransaction */ SELECT pg_current_xact_id()`);
}
