import { createHash } from 'node:crypto';
import { Pool, types, type ClientBase, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import type { Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { inBackground } from './clients.js';
import { ConnectionTurns } from './connection-turns.js';
import { SPEED, speedRow } from './database-speed.store.js';
import { DatabaseSpeed } from './database-speed.js';
import { noteSilence, takeTurns, withClient } from './connections.js';
import { asUnavailable, endsConnection, isSilence } from './database-unavailable.js';
import { isTracing, SpanKind, traced } from './tracing.js';

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
/** Idle time after which the operating system probes whether the peer is still there. */
export const KEEPALIVE_MS = 5_000;
/**
 * Postgres reports a canceled statement within its own timeout; if it is silent for this long after that, it is gone.
 */
const GRACE_MS = 2_000;
/** For statements without a timeout: longer than any of them takes, so that even they end at some point. */
const DAY_MS = 24 * 60 * 60 * 1_000;

export interface PoolLimits {
  /** How long a statement may take, unless it runs `patiently`. */
  readonly statementMs: number;
  /** Maximum number of connections, which are opened on demand. */
  readonly connections: number;
  /**
   * For pools at which clients take turns: how many connections urgent work and other work each leave to the other.
   */
  readonly reserved?: number;
}

/**
 * For statements with a client waiting. Mutations wait for locks for at most 5 s; a longer statement is canceled, so
 * that others do not queue behind it. Statements are short, so few connections serve many requests, and Postgres
 * forks a process for each connection.
 */
export const REQUESTS: PoolLimits = { statementMs: 8_000, connections: 10, reserved: 2 };
/** Commands write whole batches, and no shopper waits for them. */
export const COMMANDS: PoolLimits = { statementMs: 30_000, connections: 10 };
/**
 * For a gateway's work at startup and beside its requests, which grows with the catalog, as the work of commands
 * does. Few connections are enough: following and filling a shared index hold one while they use a second, and most
 * other work is short.
 */
export const BACKGROUND: PoolLimits = { ...COMMANDS, connections: 6 };

types.setTypeParser(types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
});

export type Database = Pool;
/** A pool, or the client of a transaction. */
export type Queryable = Pool | ClientBase;

/**
 * Opens a pool that connects lazily. `onError` gets the errors of broken idle connections (the pool replaces them).
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  { statementMs, connections: max, reserved }: PoolLimits = REQUESTS,
): Database {
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementMs,
    query_timeout: statementMs + GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    application_name: 'vitrine',
  });
  pool.on('error', onError);
  if (reserved !== undefined) {
    const speed = new DatabaseSpeed(() => inBackground(() => measureSpeed(pool)));
    takeTurns(pool, new ConnectionTurns(max, reserved, () => speed.slowness()));
    // Before there is much to do.
    pool.once('connect', () => speed.slowness());
  }
  return pool;
}

async function measureSpeed(pool: Pool): Promise<number> {
  const [row] = await query(pool, SPEED, speedRow);
  return row?.ms ?? 0;
}

/** Runs one statement and parses each row. */
export async function query<Row>(db: Queryable, statement: Sql, row: z.ZodType<Row>): Promise<Row[]> {
  const { text, values } = statement;
  const { rows } = await run(db, { text, values });
  return rows.map((value) => row.parse(value));
}

/** Like `query`, for a statement whose text has few variants: Postgres plans each once per connection. */
export async function queryPrepared<Row>(db: Queryable, statement: Sql, row: z.ZodType<Row>): Promise<Row[]> {
  const { text, values } = statement;
  const { rows } = await run(db, { name: statementName(text), text, values });
  return rows.map((value) => row.parse(value));
}

/** Runs a statement for its effect; returns how many rows it affected. */
export async function execute(db: Queryable, statement: Sql): Promise<number> {
  const { text, values } = statement;
  const { rowCount } = await run(db, { text, values });
  return rowCount ?? 0;
}

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. `lost` aborts when the
 * connection breaks, which also ends the transaction and its locks. Work that also runs elsewhere needs to know that.
 *
 * @throws DatabaseUnavailable
 */
export function transaction<T>(
  db: Database,
  work: (client: PoolClient, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  return inTransaction(db, 'BEGIN', work);
}

/** Runs `work` in a read-only transaction whose statements all see the same snapshot. */
export function snapshot<T>(db: Database, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(db, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
}

function inTransaction<T>(
  db: Database,
  begin: string,
  work: (client: PoolClient, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  return withClient(db, async (client, signalLoss) => {
    const lost = signalLoss();
    await runOn(client, { text: begin });
    try {
      const result = await work(client, lost);
      await runOn(client, { text: 'COMMIT' });
      return result;
    } catch (error) {
      // A ROLLBACK on a dead connection would wait as long as the statement before it.
      if (!lost.aborted && !endsConnection(error))
        await runOn(client, { text: 'ROLLBACK' }).catch(() => undefined);
      throw error;
    }
  });
}

/**
 * For a client's statements that wait for others, or whose duration depends on the amount of data: while `work` runs,
 * the gateway waits for their responses without a limit. The caller sets the limits inside Postgres.
 */
export async function patiently<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  patient.add(client);
  try {
    return await work();
  } finally {
    patient.delete(client);
  }
}

const patient = new WeakSet<ClientBase>();

async function run(db: Queryable, statement: QueryConfig): Promise<QueryResult<Record<string, unknown>>> {
  return db instanceof Pool ? withClient(db, (client) => runOn(client, statement)) : runOn(db, statement);
}

async function runOn(
  client: ClientBase,
  statement: QueryConfig,
): Promise<QueryResult<Record<string, unknown>>> {
  const timed: QueryConfig & { query_timeout?: number } = patient.has(client)
    ? { ...statement, query_timeout: DAY_MS }
    : statement;
  const send = () => client.query<Record<string, unknown>>(timed);
  try {
    return await (isTracing() ? tracedStatement(timed.text, send) : send());
  } catch (error) {
    if (isSilence(error)) noteSilence(client);
    throw asUnavailable(error);
  }
}

/** The comment at the start of a statement, which names it. */
const TAG = /^\/\* ([\w.]+) \*\//;

/** A step of the trace that shows the name of the statement, but neither its text nor its values. */
function tracedStatement<T>(text: string, send: () => Promise<T>): Promise<T> {
  const name = TAG.exec(text)?.[1] ?? /^\w*/.exec(text)?.[0] ?? '';
  return traced(`sql ${name}`, send, SpanKind.CLIENT, {
    'db.system.name': 'postgresql',
    'db.query.summary': name,
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
