import { Client, type ClientBase, type Pool, type PoolClient } from 'pg';
import { ConnectionTurns } from './connection-turns.js';
import { asUnavailable, DatabaseUnavailable, endsConnection } from './database-unavailable.js';

/** When a pool closes, connections that have not shut down cleanly after this time are cut. */
const GOODBYE_MS = 1_000;

/** The clients that each pool has opened and not ended, with the time when each connected. */
const connections = new WeakMap<Pool, Set<ClientBase>>();
const homes = new WeakMap<ClientBase, { readonly pool: Pool; readonly since: number }>();
/** Of pools whose clients take turns. */
const turns = new WeakMap<Pool, ConnectionTurns>();
/** When a pool last noticed a silent connection. Connections that are older are most likely silent as well. */
const silences = new WeakMap<Pool, number>();

/** From now on, clients take turns at the connections of this pool. */
export function takeTurns(pool: Pool, taken: ConnectionTurns): void {
  turns.set(pool, taken);
}

/** How many statements and transactions wait for a connection of this pool. */
export const waitingFor = (pool: Pool): number => pool.waitingCount + (turns.get(pool)?.waiting ?? 0);

/**
 * Runs `work` with a dedicated client, which then returns to the pool. The client is closed instead if it broke, is
 * still in a transaction, or `keepsState` that ends with its session, such as locks. `lost()` is a signal that aborts when
 * the connection breaks.
 *
 * @throws DatabaseUnavailable, DatabaseBusy, ThrottledError
 */
export async function withClient<T>(
  pool: Pool,
  work: (client: PoolClient, lost: () => AbortSignal) => Promise<T>,
  { keepsState = false } = {},
): Promise<T> {
  const endTurn = await turns.get(pool)?.take();
  let isAnswered = true;
  try {
    return await withAcquired(await acquire(pool), work, keepsState);
  } catch (error) {
    isAnswered = !(error instanceof DatabaseUnavailable);
    throw error;
  } finally {
    endTurn?.(isAnswered);
  }
}

/** That a connection broke. A single statement does not ask for the signal, so that is made on demand. */
class Loss {
  #declared: { readonly reason: unknown } | null = null;
  #controller: AbortController | null = null;

  get isDeclared(): boolean {
    return this.#declared !== null;
  }

  /** The first reason counts. */
  declare(reason: unknown): void {
    this.#declared ??= { reason };
    this.#controller?.abort(this.#declared.reason);
  }

  signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#declared !== null) this.#controller.abort(this.#declared.reason);
    return this.#controller.signal;
  }
}

async function withAcquired<T>(
  client: PoolClient,
  work: (client: PoolClient, lost: () => AbortSignal) => Promise<T>,
  keepsState: boolean,
): Promise<T> {
  const loss = new Loss();
  const lose = (error: Error): void => loss.declare(new DatabaseUnavailable(error));
  // The pool handles errors of idle clients only; without a handler, the error would end the process.
  client.on('error', lose);
  try {
    return await work(client, () => loss.signal());
  } catch (error) {
    if (endsConnection(error)) loss.declare(error);
    throw error;
  } finally {
    client.off('error', lose);
    const isUsable = !keepsState && !loss.isDeclared;
    if (isUsable && client.getTransactionStatus() === 'I') client.release();
    else discard(client);
  }
}

/** Closes a pool whose connections are all idle. A silent Postgres does not delay the end of the process. */
export async function closeDatabase(pool: Pool): Promise<void> {
  const leaving = [...(connections.get(pool) ?? [])];
  await pool.end();
  const cut = setTimeout(() => leaving.forEach(hangUp), GOODBYE_MS);
  cut.unref();
}

/** Records that a connection is silent: neither it nor the pool's connections of the same age are used again. */
export function noteSilence(client: ClientBase): void {
  const home = homes.get(client);
  if (home !== undefined) silences.set(home.pool, performance.now());
  // This notifies the current user of the client: its transaction is lost.
  hangUp(client);
}

/** Acquires a client that is not known to be silent. */
async function acquire(pool: Pool): Promise<PoolClient> {
  for (;;) {
    const client = await pool.connect().catch((error: unknown) => {
      throw asUnavailable(error);
    });
    const home = homes.get(client) ?? welcome(pool, client);
    if (home.since > (silences.get(pool) ?? -Infinity)) return client;
    discard(client);
  }
}

function welcome(pool: Pool, client: PoolClient): { readonly pool: Pool; readonly since: number } {
  const home = { pool, since: performance.now() };
  homes.set(client, home);
  const all = connections.get(pool) ?? new Set();
  connections.set(pool, all.add(client));
  client.once('end', () => all.delete(client));
  return home;
}

/** Removes a client from its pool. */
function discard(client: PoolClient): void {
  client.release(true);
  hangUp(client);
}

/** Destroys the connection without a clean shutdown, because the peer may not respond. */
function hangUp(client: ClientBase): void {
  if (client instanceof Client) client.connection.stream.destroy();
}
