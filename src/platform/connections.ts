import { Client, type ClientBase, type Pool, type PoolClient } from 'pg';
import { asUnavailable, DatabaseUnavailable, endsConnection } from './database-unavailable.js';

/** Connections that still say goodbye when a pool closes are cut after this. */
const GOODBYE_MS = 1_000;

/** The clients that a pool has had and not ended yet, each with when it connected. */
const connections = new WeakMap<Pool, Set<ClientBase>>();
const homes = new WeakMap<ClientBase, { readonly pool: Pool; readonly since: number }>();
/** When a pool last noticed that a connection is silent: those made before are as silent, most likely. */
const silences = new WeakMap<Pool, number>();

/**
 * Runs `work` with a client of its own. Afterwards it goes back to the pool; it is closed if it broke, is still in a
 * transaction, or `keepsState` that ends with its session, such as locks. `lost` aborts when it breaks.
 *
 * @throws DatabaseUnavailable
 */
export async function withClient<T>(
  pool: Pool,
  work: (client: PoolClient, lost: AbortSignal) => Promise<T>,
  { keepsState = false } = {},
): Promise<T> {
  const client = await acquire(pool);
  const broken = new AbortController();
  const lose = (error: Error): void => broken.abort(new DatabaseUnavailable(error));
  // The pool listens to its idle clients only; unheard, the error would end the process.
  client.on('error', lose);
  try {
    return await work(client, broken.signal);
  } catch (error) {
    if (endsConnection(error)) broken.abort(error);
    throw error;
  } finally {
    client.off('error', lose);
    const isUsable = !keepsState && !broken.signal.aborted;
    if (isUsable && client.getTransactionStatus() === 'I') client.release();
    else discard(client);
  }
}

/** Closes a pool whose connections are all idle. A Postgres that is silent does not hold up the end of the process. */
export async function closeDatabase(pool: Pool): Promise<void> {
  const leaving = [...(connections.get(pool) ?? [])];
  await pool.end();
  const cut = setTimeout(() => leaving.forEach(hangUp), GOODBYE_MS);
  cut.unref();
}

/** Nothing came back from this connection: neither it nor those of its pool that are as old are used again. */
export function noteSilence(client: ClientBase): void {
  const home = homes.get(client);
  if (home !== undefined) silences.set(home.pool, performance.now());
  // Heard by who has the client: the transaction is lost.
  hangUp(client);
}

/** A client that is not known to be silent. */
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

/** Takes a client out of its pool. */
function discard(client: PoolClient): void {
  client.release(true);
  hangUp(client);
}

/** Closes the connection without a word: whether the other end still hears one is not known. */
function hangUp(client: ClientBase): void {
  if (client instanceof Client) client.connection.stream.destroy();
}
