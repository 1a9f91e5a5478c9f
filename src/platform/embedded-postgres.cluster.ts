import { randomBytes, randomUUID } from 'node:crypto';
import { chown, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makePrivateFolder, runAs } from './embedded-postgres.account.js';
import type { Binaries } from './embedded-postgres.binaries.js';
import type { Home } from './embedded-postgres.home.js';
import { errorCode, errorMessage, OperatorError } from './operator-error.js';

/** The role that owns everything in an embedded server. */
const ROLE = 'vitrine';
const HOST = '127.0.0.1';
const PASSWORD_FILE = 'vitrine.password';

/** initdb takes five seconds; a slow disk may need many times that. */
const INITDB_TIMEOUT_MS = 180_000;
/** Crash recovery reads at most max_wal_size, which takes minutes on the slowest disk. */
const START_TIMEOUT_S = 300;
/** A fast shutdown ends sessions and writes a checkpoint; if it is cut short, the next start recovers. */
const STOP_TIMEOUT_S = 10;
/** Added to pg_ctl's own timeout, so that pg_ctl reports first. */
const GRACE_MS = 5_000;
/** A draft this old belongs to an initdb that was killed. */
const DRAFT_MAX_AGE_MS = 15 * 60_000;
const LOG_TAIL_BYTES = 4_096;
/** The time and process before a message in Postgres's log. */
const LOG_PREFIX = /^.*(ERROR|FATAL|PANIC): +/;

/** Settings for a server on one machine, passed at each start so that a new release can change them. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '50',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The caller of a failing statement gets the error; the log is for events of the server, and stays small.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/** A test does not need its data after a crash. Several tests share a server, some with two gateways. */
const FAST_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

const dataOf = (home: Home): string => join(home.folder, 'data');
const logOf = (home: Home): string => join(home.folder, 'postgres.log');

/** Creates the cluster if there is none. Several processes may try; one of them wins, with a complete cluster. */
export async function ensureCluster(
  home: Home,
  binaries: Binaries,
  options: { readonly durable: boolean; readonly log: (line: string) => void },
): Promise<void> {
  if (await exists(join(dataOf(home), 'PG_VERSION'))) return;
  options.log('Creating the database (only once; takes a few seconds)');
  await removeOldDrafts(home);
  const draft = join(home.folder, `data-${randomUUID()}`);
  const password = `${draft}.password`;
  try {
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (home.account !== null) await chown(password, home.account.uid, home.account.gid);
    await makePrivateFolder(home.account, draft);
    await runAs(
      home.account,
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${ROLE}`,
        `--pwfile=${password}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--no-locale',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(options.durable ? [] : ['--no-sync']),
      ],
      INITDB_TIMEOUT_MS,
    );
    await rename(password, join(draft, PASSWORD_FILE));
    await rename(draft, dataOf(home));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    await rm(password, { force: true });
    // Another process may have been first.
    if (await exists(join(dataOf(home), 'PG_VERSION'))) return;
    throw new OperatorError(
      `Postgres could not create its files in ${home.folder}: ${reason(error)}. Free up space, or change the folder's ` +
        'owner there, set VITRINE_DATA to another folder, or set DATABASE_URL to your own Postgres.',
      { cause: error },
    );
  }
}

/** The URL of a database on the server that runs on this cluster, or null when none appears to run. */
export async function runningUrl(home: Home, database: string): Promise<string | null> {
  // Line 4 of this file is the port. The file survives a crash, so only a connection proves that the server runs.
  const lines = (await readIfThere(join(dataOf(home), 'postmaster.pid')))?.split('\n');
  const port = Number(lines?.[3]);
  if (!Number.isInteger(port) || port === 0) return null;
  const password = await readFile(join(dataOf(home), PASSWORD_FILE), 'utf8');
  return `postgres://${ROLE}:${password}@${HOST}:${port}/${database}`;
}

/** Why a server did not start. */
export interface StartFailure {
  readonly error: OperatorError;
  /** The process in postmaster.pid still exists: it is starting or stopping, or was killed a moment ago. */
  readonly isLocked: boolean;
}

/** Starts the server in its own process group. Returns null, or why it did not start. */
export async function startServer(
  home: Home,
  binaries: Binaries,
  durable: boolean,
): Promise<StartFailure | null> {
  const settings = { ...SETTINGS, ...(durable ? {} : FAST_SETTINGS), port: String(await freePort()) };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  await rename(logOf(home), `${logOf(home)}.previous`).catch(() => undefined);
  try {
    await runAs(
      home.account,
      binaries.pgCtl,
      [
        'start',
        '-w',
        '-s',
        '-D',
        dataOf(home),
        '-l',
        logOf(home),
        '-t',
        String(START_TIMEOUT_S),
        '-o',
        options.join(' '),
      ],
      START_TIMEOUT_S * 1000 + GRACE_MS,
    );
    return null;
  } catch (error) {
    const told = (await logTail(home)) ?? reason(error);
    const failure = new OperatorError(
      `Postgres did not start: ${told}. Its log is ${logOf(home)}; fix what it reports, or set DATABASE_URL to ` +
        'your own Postgres.',
      { cause: error },
    );
    return { error: failure, isLocked: told.includes('lock file "postmaster.pid"') };
  }
}

/** Ends all sessions and stops the server; committed data is kept. */
export async function stopServer(home: Home, binaries: Binaries): Promise<void> {
  const pgCtl = (...args: string[]): Promise<string> =>
    runAs(home.account, binaries.pgCtl, [...args, '-D', dataOf(home)], STOP_TIMEOUT_S * 1000 + GRACE_MS);
  const stop = (mode: string): Promise<string> =>
    pgCtl('stop', '-w', '-s', '-m', mode, '-t', String(STOP_TIMEOUT_S));
  try {
    await stop('fast');
  } catch {
    const isRunning = await pgCtl('status').then(
      () => true,
      () => false,
    );
    if (isRunning) await stop('immediate');
  }
}

async function removeOldDrafts(home: Home): Promise<void> {
  for (const name of await readdir(home.folder)) {
    if (!name.startsWith('data-')) continue;
    const path = join(home.folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > DRAFT_MAX_AGE_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port was given'));
      });
    });
  });
}

async function logTail(home: Home): Promise<string | null> {
  const file = await open(logOf(home)).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(LOG_TAIL_BYTES),
      0,
      LOG_TAIL_BYTES,
      Math.max(0, size - LOG_TAIL_BYTES),
    );
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines.findLast((line) => /(FATAL|PANIC): /.test(line))?.replace(LOG_PREFIX, '') ?? null;
  } finally {
    await file.close();
  }
}

/** The message of a program that failed, on one line. */
function reason(error: unknown): string {
  const stderr = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
  const lines = (stderr.trim() === '' ? errorMessage(error) : stderr).trim().split('\n');
  return (lines.find((line) => /error|fatal|could not/i.test(line)) ?? lines[0] ?? '')
    .replace(LOG_PREFIX, '')
    .trim();
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
