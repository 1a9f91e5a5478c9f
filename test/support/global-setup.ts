import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type * as EmbeddedPostgres from '../../src/platform/embedded-postgres.js';
import type * as Migrate from '../../src/platform/migrate.js';

declare global {
  /** For the teardown of the run; unset if the server was configured. */
  var stopTestServer: (() => Promise<void>) | undefined;
}

const PREFIX = 'vitrine-jest-';
/** The folder of a run: the process id of its jest, and the suffix from mkdtemp. */
const RUN_FOLDER = new RegExp(`^${PREFIX}(\\d+)-\\w{6}$`);
const quiet = (): void => undefined;

/** Jest's hooks run outside its module loader and cannot import src, so they import the build's output. */
const built = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/**
 * One server for the run, `TEST_DATABASE_URL` or an embedded one in a temporary folder, with a migrated template
 * database that `createTestDatabase` copies, and a folder for the encoder's results. Tests find them through the
 * environment.
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
  const { migrate } = (await import(built('platform/migrate.js'))) as typeof Migrate;
  await migrate(url.href, { debug: quiet, warn: quiet });

  process.env['VITRINE_TEST_VECTORS'] = await mkdtemp(join(tmpdir(), 'vitrine-vectors-'));
  process.env['VITRINE_TEST_SERVER'] = server;
  process.env['VITRINE_TEST_TEMPLATE'] = template;
}

async function startServer(): Promise<string> {
  const { startEmbeddedPostgres } = (await import(
    built('platform/embedded-postgres.js')
  )) as typeof EmbeddedPostgres;
  const start = (folder: string) => startEmbeddedPostgres({ folder, log: quiet, durable: false });

  for (const name of await readdir(tmpdir())) {
    const pid = RUN_FOLDER.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // The run that left this behind was killed, and its server may still be running.
    const folder = join(tmpdir(), name);
    await start(folder).then((left) => left.stop(), quiet);
    await rm(folder, { recursive: true, force: true });
  }

  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // When this is root, Postgres runs as another user and needs to pass through this folder.
  await chmod(folder, 0o711);
  const postgres = await start(folder);
  const stop = async (): Promise<void> => {
    await postgres.stop();
    await rm(postgres.folder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  globalThis.stopTestServer = stop;
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
