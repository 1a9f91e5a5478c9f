import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';

/** The folder of this version's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

/**
 * Brings the database to the newest migration of this version, under an advisory lock so that several processes may
 * try at once. Tells running gateways, which may be of an older version. Answers the names of the migrations that ran.
 */
export async function migrate(databaseUrl: string, log: (line: string) => void): Promise<string[]> {
  const applied = await runner({
    databaseUrl,
    dir: `${MIGRATIONS}[0-9]*.sql`,
    useGlob: true,
    direction: 'up',
    migrationsTable: 'migrations',
    singleTransaction: true,
    advisoryLockMode: 'wait',
    logger: { debug: () => undefined, info: log, warn: log, error: log },
  });
  if (applied.length > 0) await tellGateways(databaseUrl);
  return applied.map(({ name }) => name);
}

async function tellGateways(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'vitrine migrate' });
  await client.connect();
  try {
    await client.query("/* schema.migrated */ SELECT pg_notify('vitrine', 'migrations')");
  } finally {
    await client.end();
  }
}
