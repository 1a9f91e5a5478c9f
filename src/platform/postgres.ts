import { createHash } from 'node:crypto';
import { Pool, types, type ClientBase, type PoolClient } from 'pg';
import type { Sql } from 'sql-template-tag';
import type { z } from 'zod';

/** A gateway answers from few connections: statements are short, and Postgres forks a process for each one. */
const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any statement of ours should take; a runaway one is ended rather than queued behind. */
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

types.setTypeParser(types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
});

export type Database = Pool;
/** A pool, or the client of a transaction. */
export type Queryable = Pool | ClientBase;

/** Opens a pool; connects lazily. `onError` hears of idle connections that broke (the pool replaces them). */
export function openDatabase(url: string, onError: (error: Error) => void): Database {
  const pool = new Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: 'vitrine',
  });
  pool.on('error', onError);
  return pool;
}

/** Runs one statement and parses each row. */
export async function query<Row>(db: Queryable, statement: Sql, row: z.ZodType<Row>): Promise<Row[]> {
  const { rows } = await db.query<Record<string, unknown>>(statement);
  return rows.map((value) => row.parse(value));
}

/** Like `query`, for a statement whose text takes few forms: Postgres plans it once a connection. */
export async function queryPrepared<Row>(db: Queryable, statement: Sql, row: z.ZodType<Row>): Promise<Row[]> {
  const { text, values } = statement;
  const { rows } = await db.query<Record<string, unknown>>({ name: statementName(text), text, values });
  return rows.map((value) => row.parse(value));
}

/** Runs a statement for its effect; answers how many rows it touched. */
export async function execute(db: Queryable, statement: Sql): Promise<number> {
  const { rowCount } = await db.query(statement);
  return rowCount ?? 0;
}

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. `lost` aborts when the
 * connection breaks, and with it the transaction and its locks: of interest to work that goes on elsewhere.
 */
export async function transaction<T>(
  db: Database,
  work: (client: PoolClient, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = await db.connect();
  const broken = new AbortController();
  const lose = (error: Error): void => broken.abort(error);
  // The pool listens to its idle clients only; unheard, the error would end the process.
  client.on('error', lose);
  try {
    await client.query('BEGIN');
    const result = await work(client, broken.signal);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    const rolledBack = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    client.release(!rolledBack);
    throw error;
  } finally {
    client.off('error', lose);
  }
}

/** Runs `work` in a transaction whose statements all see the same moment, and write nothing. */
export function snapshot<T>(db: Database, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return transaction(db, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return work(client);
  });
}

const names = new Map<string, string>();

function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('base64url');
    names.set(text, name);
  }
  return name;
}
