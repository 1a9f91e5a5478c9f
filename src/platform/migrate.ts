import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import type { Logger } from './logging.js';
import { errorMessage, OperatorError } from './operator-error.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** Sending one notification takes Postgres almost no time. */
const NOTIFY_TIMEOUT_MS = 5_000;

/** The folder of this version's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

/**
 * Migrates the database to this version's newest migration, under an advisory lock so that several processes may try
 * at the same time. Notifies running gateways, which may be older versions. Returns the names of the migrations that
 * ran.
 *
 * @throws OperatorError when the user of the database lacks a right
 */
export async function migrate(databaseUrl: string, log: Pick<Logger, 'debug' | 'warn'>): Promise<string[]> {
  const say = (line: string): void => log.debug(line);
  const applied = await runner({
    databaseUrl,
    dir: `${MIGRATIONS}[0-9]*.sql`,
    useGlob: true,
    direction: 'up',
    migrationsTable: 'migrations',
    singleTransaction: true,
    advisoryLockMode: 'wait',
    logger: { debug: () => undefined, info: say, warn: say, error: say },
  }).catch((error: unknown) => {
    throw asLackOfRights(databaseUrl, error);
  });
  if (applied.length > 0) {
    await tellGateways(databaseUrl).catch((err: unknown) => {
      log.warn(
        { err },
        'Running gateways could not be told of the migration; they notice when their readiness is asked for',
      );
    });
  }
  return applied.map(({ name }) => name);
}

/** The runner of migrations wraps some errors of Postgres and leaves only their messages. */
function asLackOfRights(databaseUrl: string, error: unknown): unknown {
  const reason = /permission denied.*|must be owner.*/.exec(errorMessage(error))?.[0];
  if (reason === undefined) return error;
  const { username, pathname } = new URL(databaseUrl);
  return new OperatorError(
    `The user "${username}" may not migrate the database (${reason}): let it own the database and what is in it, with ` +
      `ALTER DATABASE "${pathname.slice(1)}" OWNER TO "${username}".`,
    { cause: error },
  );
}

async function tellGateways(databaseUrl: string): Promise<void> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: NOTIFY_TIMEOUT_MS,
    application_name: 'vitrine migrate',
  });
  // The awaited call reports the error; without a handler, it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query("/* schema.migrated */ SELECT pg_notify('vitrine', 'migrations')");
  } finally {
    // A clean shutdown would never finish if Postgres is silent.
    client.connection.stream.destroy();
  }
}
