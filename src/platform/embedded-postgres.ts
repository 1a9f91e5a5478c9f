import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isRoot, sharedFolders } from './embedded-postgres.account.js';
import { findBinaries } from './embedded-postgres.binaries.js';
import {
  ensureCluster,
  runningUrl,
  startServer,
  stopServer,
  type StartFailure,
} from './embedded-postgres.cluster.js';
import { findHome, writePointer } from './embedded-postgres.home.js';
import { prepareDataFolder } from './data-folder.js';
import { errorCode } from './operator-error.js';

export interface EmbeddedPostgres {
  /** URL of the database `vitrine`, with its password. */
  readonly url: string;
  /** The folder with the cluster and `postgres.log`; outside the data folder if Postgres could not access that. */
  readonly folder: string;
  /** Stops using the server, and stops the server if no other process uses it. Close your own connections first. */
  stop(): Promise<void>;
}

/**
 * Every process that uses the server holds this lock in shared mode, on a dedicated connection. A process that gets
 * it exclusively is the last user and stops the server. A killed process releases the lock too; the next process that
 * uses its server stops it.
 */
const IN_USE_LOCK = 0x7669_7472;
const LEAVE = 'SELECT pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) AS last';
const DATABASE = 'vitrine';

const CONNECT_TIMEOUT_MS = 5_000;
/** How often to start over after losing a race for the port or against another process. */
const START_ATTEMPTS = 4;
const RETRY_MS = 250;
/** How often to look whether a server is back that has ended the session of this process. */
const REJOIN_MS = 1_000;
/** How long another process may take to start or stop the server that this one needs. */
const BUSY_TIMEOUT_MS = 120_000;
/** How long the system may take to reap a killed server: until then, its process id is taken. */
const CLEARING_TIMEOUT_MS = 30_000;

/**
 * A PostgreSQL server for one data folder: created and started from the programs in npm, or already started there by
 * another process. It listens on loopback only. Losing any process does not lose committed data; `durable: false`
 * gives that up for speed.
 * @throws OperatorError that names the problem
 */
export async function startEmbeddedPostgres(options: {
  /** Absolute. */
  readonly folder: string;
  readonly log: (line: string) => void;
  readonly durable?: boolean;
}): Promise<EmbeddedPostgres> {
  const { folder, log, durable = true } = options;
  await prepareDataFolder(folder);
  const home = await findHome(folder);
  const binaries = await findBinaries(home.account, isRoot() ? sharedFolders() : [folder]);
  await ensureCluster(home, binaries, { durable, log });

  const joinOrStart = async (): Promise<Client> => {
    let failure: StartFailure | null = null;
    const cleared = Date.now() + CLEARING_TIMEOUT_MS;
    for (let attempt = 0; ; attempt += 1) {
      const running = await runningUrl(home, 'postgres');
      const joined = running === null ? null : await join(running);
      if (joined !== null) return joined;
      if (attempt >= START_ATTEMPTS && !(failure?.isLocked === true && Date.now() < cleared))
        throw failure?.error ?? new Error('Postgres does not stay up');
      failure = await startServer(home, binaries, durable);
      if (failure !== null) await sleep(RETRY_MS);
    }
  };

  let session = await joinOrStart();
  let stopping: Promise<void> | null = null;
  const isStopping = (): boolean => stopping !== null;
  /** Postgres ends all sessions when one of its processes was killed, and goes on at the same port. */
  const rejoin = async (): Promise<void> => {
    while (!isStopping()) {
      const running = await runningUrl(home, 'postgres').catch(() => null);
      const joined = running === null ? null : await join(running);
      if (joined !== null) {
        session = joined;
        if (isStopping()) await session.end().catch(() => undefined);
        else rejoinWhenEnded();
        return;
      }
      await sleep(REJOIN_MS, undefined, { ref: false });
    }
  };
  const rejoinWhenEnded = (): void => {
    session.once('end', () => void rejoin());
  };
  rejoinWhenEnded();
  const leave = async (): Promise<void> => {
    const last = await session.query<{ last: boolean }>(LEAVE, [IN_USE_LOCK]).then(
      ({ rows }) => rows[0]?.last === true,
      // A broken session means that the server is already gone.
      () => false,
    );
    try {
      if (!last) return;
      // Only a hint to other processes; the server stops even if the folder is gone.
      await writePointer(folder, home, null).catch(() => undefined);
      await stopServer(home, binaries);
    } finally {
      await session.end().catch(() => undefined);
    }
  };
  const stop = (): Promise<void> => (stopping ??= leave());
  try {
    await createDatabase(session);
    const url = await runningUrl(home, DATABASE);
    if (url === null) throw new Error(`Postgres left no postmaster.pid in ${home.folder}`);
    await writePointer(folder, home, url);
    return { url, folder: home.folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Registers as a user of a running server; null when no server of this cluster responds. */
async function join(url: string): Promise<Client | null> {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'vitrine, in use',
    });
    // The session breaks when the server stops; users of the server notice that on their own connections.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ joined: boolean }>(
        'SELECT pg_try_advisory_lock_shared($1) AS joined',
        [IN_USE_LOCK],
      );
      if (rows[0]?.joined === true) return client;
    } catch (error) {
      if (!isBusy(error)) return null;
    }
    // The server is starting, or its last user is stopping it.
    await client.end().catch(() => undefined);
    await sleep(RETRY_MS);
  }
  return null;
}

/** Starting up, shutting down, or out of connections. */
function isBusy(error: unknown): boolean {
  return ['57P03', '57P01', '53300'].includes(errorCode(error) ?? '');
}

async function createDatabase(session: Client): Promise<void> {
  const { rowCount } = await session.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount !== 0) return;
  await session.query(`CREATE DATABASE ${DATABASE}`).catch((error: unknown) => {
    // Another process may have been first.
    if (!['42P04', '23505'].includes(errorCode(error) ?? '')) throw error;
  });
}
