import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type * as EmbeddedPostgres from '../../src/platform/embedded-postgres.js';
import type * as Migrate from '../../src/platform/migrate.js';

const PREFIX = 'vitrine-test-';
const quiet = (): void => undefined;

/** Jest's hooks run outside its module loader, which would find src: they take what the build made of it. */
const built = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/**
 * One server for the run, `TEST_DATABASE_URL` or an embedded one in a temporary folder, with a migrated template
 * database that `createTestDatabase` copies. Tests hear of them through the environment.
 */
export default async function globalSetup(): Promise<void> {
  const configured = process.env['TEST_DATABASE_URL'];
  const server = configured ?? (await startServer());
  const template = `vitrine_template_${process.pid}`;
  const url = new URL(server);
  url.pathname = `/${template}`;

  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${template}`);
  await client.query(`CREATE DATABASE ${template}`);
  await client.end();
  const { migrate }: typeof Migrate = await import(built('platform/migrate.js'));
  await migrate(url.href, quiet);

  process.env['VITRINE_TEST_SERVER'] = server;
  process.env['VITRINE_TEST_TEMPLATE'] = template;
}

async function startServer(): Promise<string> {
  const { startEmbeddedPostgres }: typeof EmbeddedPostgres = await import(
    built('platform/embedded-postgres.js')
  );
  const start = (folder: string) => startEmbeddedPostgres({ folder, log: quiet, durable: false });

  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isAlive(Number(name.slice(PREFIX.length).split('-')[0]))) continue;
    // The run that left this behind was killed, and its server may still be there.
    const folder = join(tmpdir(), name);
    await start(folder).then((left) => left.stop(), quiet);
    await rm(folder, { recursive: true, force: true });
  }

  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // As root, Postgres runs as another user, who passes through here.
  await chmod(folder, 0o711);
  const postgres = await start(folder);
  const stop = async (): Promise<void> => {
    await postgres.stop();
    await rm(postgres.folder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  Object.assign(globalThis, { stopTestServer: stop });
  process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
  return postgres.url;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
