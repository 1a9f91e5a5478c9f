import { chmod, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { request } from 'undici';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { startGatewayProcess } from '../support/gateways.js';
import { runNode, vitrine } from '../support/process.js';
import { until } from '../support/waiting.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The name of the migration in this test's next version. */
const NEXT = '9999_next';
const BREAKING = `ALTER TABLE products ADD COLUMN next_version text;`;
/** Marks a migration that only adds what the previous version does not use. */
const compatibleSince = (since: string): string =>
  `${BREAKING} INSERT INTO compatible_migrations (name, since) VALUES ('${NEXT}', '${since}');`;

/** Creating a cluster and starting it five times takes half a minute of one core. */
const EMBEDDED_TIMEOUT_MS = 240_000;

let database: TestDatabase;
let folders: string[];
beforeAll(() => {
  folders = [];
});
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** A copy of the program, as this version was installed. */
async function copyProgram() {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-next-'));
  folders.push(folder);
  // Node would follow a link to dist/ and find the migrations of this version.
  for (const copied of ['dist', 'migrations', 'package.json'])
    await cp(join(ROOT, copied), join(folder, copied), { recursive: true });
  for (const linked of ['node_modules', 'models', 'schema', 'catalog'])
    await symlink(join(ROOT, linked), join(folder, linked));
  const program: typeof vitrine = (args, options) =>
    runNode([join(folder, 'dist', 'main.js'), ...args], options);
  return {
    program,
    run: (...args: string[]) => program(args, settings()).ended,
    addMigration: (migration: string) => writeFile(join(folder, 'migrations', `${NEXT}.sql`), migration),
  };
}

/** A copy of the program with one more migration; returns a function that runs a command of it. */
async function nextVersion(migration: string) {
  const copy = await copyProgram();
  await copy.addMigration(migration);
  return Object.assign(copy.run, { program: copy.program });
}

const settings = () => ({ env: { DATABASE_URL: database.url, PORT: '0', VITRINE_DEMO: '0' } });
const run = (...args: string[]) => vitrine(args, settings()).ended;

const readiness = async (url: string): Promise<number> => {
  const { statusCode, body } = await request(`${url}/health/ready`);
  await body.dump();
  return statusCode;
};

test('a command refuses a database that is not migrated, and names the command that migrates it', async () => {
  await database.db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const refused = await run('serve');
  expect(refused).toMatchObject({ code: 3 });
  expect(refused.stderr).toContain('run `npx vitrine migrate` first');

  const checked = await run('migrate', '--check');
  expect(checked).toMatchObject({ code: 3 });
  expect(checked.stdout).toMatch(/^Missing migrations: 0001_\w+/);

  const [first, second] = await Promise.all([run('migrate'), run('migrate')]);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(await run('migrate', '--check')).toMatchObject({ code: 0, stdout: 'The database is up to date.\n' });
});

// Failed on 2026-11-28: it waited forever for an answer that only running gateways need.
test('a migration that ran is done, though running gateways could not be told of it', async () => {
  const next = await nextVersion(BREAKING);
  const proxy = await startFaultProxy(database.url);
  try {
    proxy.silenceAt('schema.migrated');
    const migrated = await next.program(['migrate'], { env: { ...settings().env, DATABASE_URL: proxy.url } })
      .ended;
    expect(migrated).toMatchObject({ code: 0, stdout: `Migrated: ${NEXT}.\n` });
    expect(migrated.stderr).toContain('Running gateways could not be told');
  } finally {
    await proxy.close();
  }
});

// Failed on 2026-11-28: any failure of the check was reported as a version mismatch.
test('a running gateway says that it is no longer ready only when a newer version has migrated', async () => {
  const gateway = await startGatewayProcess(database.url);
  const client = await database.db.connect();
  try {
    await client.query('BEGIN; LOCK TABLE migrations');
    await database.db.query(`SELECT pg_notify('vitrine', 'migrations')`);
    let check: number | undefined;
    await until('the check waits', async () => {
      const { rows } = await database.db.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      check = rows[0]?.pid;
      return check !== undefined;
    });
    await database.db.query('SELECT pg_cancel_backend($1)', [check]);
    await client.query('COMMIT');
    await database.db.query(`INSERT INTO migrations (name, run_on) VALUES ('${NEXT}', now())`);
    await database.db.query(`SELECT pg_notify('vitrine', 'migrations')`);
    const said = (): string => gateway.output.stdout + gateway.output.stderr;
    await until('the gateway says that it is unready', () => said().includes(NEXT));
    expect(said().match(/no longer ready/g)).toHaveLength(1);
  } finally {
    client.release();
    await gateway.stop();
  }
});

test('a gateway refuses a database that a newer version has migrated', async () => {
  const next = await nextVersion(BREAKING);
  expect(await next('migrate')).toMatchObject({ code: 0, stdout: `Migrated: ${NEXT}.\n` });

  for (const command of [['serve'], ['migrate'], ['migrate', '--check'], ['keys', 'list']]) {
    const refused = await run(...command);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toContain(`migrated by a newer version of Vitrine (${NEXT})`);
  }
});

test('a gateway refuses a migration that is compatible only with versions newer than its own', async () => {
  const next = await nextVersion(compatibleSince('9998_between'));
  expect(await next('migrate')).toMatchObject({ code: 0 });
  expect(await run('migrate', '--check')).toMatchObject({ code: 3 });
});

test('a running gateway turns unready when a newer version migrates, and stays ready when that is compatible', async () => {
  const gateway = await startGatewayProcess(database.url);
  try {
    expect(await readiness(gateway.url)).toBe(200);
    expect(await (await nextVersion(compatibleSince('0001_catalog')))('migrate')).toMatchObject({ code: 0 });
    expect(await readiness(gateway.url)).toBe(200);
    expect((await run('migrate')).code).toBe(0);

    await database.db.query('DELETE FROM compatible_migrations');
    await database.db.query(`SELECT pg_notify('vitrine', 'migrations')`);
    await until('the gateway is unready', async () => (await readiness(gateway.url)) === 503);
  } finally {
    await gateway.stop();
  }
});

test('a running gateway turns unready when its own folder is upgraded and migrates', async () => {
  const copy = await copyProgram();
  const gateway = await startGatewayProcess(database.url, {}, copy.program);
  try {
    await copy.addMigration(BREAKING);
    expect(await copy.run('migrate')).toMatchObject({ code: 0, stdout: `Migrated: ${NEXT}.\n` });
    expect(await readiness(gateway.url)).toBe(503);
  } finally {
    await gateway.stop();
  }
});

test('a database of a development version before 0.1.0 is not touched', async () => {
  await database.db.query(`UPDATE migrations SET name = '0002_similarity' WHERE name LIKE '0002_%'`);
  for (const command of [['serve'], ['migrate']]) {
    const refused = await run(...command);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toContain('start over with an empty data folder');
  }
});

test(
  'the embedded database is migrated at each start, but not one of a development version before 0.1.0',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-embedded-'));
    folders.push(folder);
    // When this is root, Postgres runs as another user and needs to pass through this folder.
    await chmod(folder, 0o711);
    const env = { VITRINE_DATA: folder, VITRINE_DEMO: '0', PORT: '0' };
    expect(await vitrine(['keys', 'list'], { env }).ended).toMatchObject({ code: 0 });
    expect(await vitrine(['migrate', '--check'], { env }).ended).toMatchObject({ code: 0 });

    const postgres = await startEmbeddedPostgres({ folder, log: () => undefined });
    try {
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      await client.query(
        `UPDATE migrations SET name = '0002_similarity' WHERE name LIKE '0002_%';
         DELETE FROM migrations WHERE name > '0003'`,
      );
      await client.end();
    } finally {
      await postgres.stop();
    }
    for (const command of [['serve'], ['migrate'], ['migrate', '--check'], ['keys', 'list']]) {
      const refused = await vitrine(command, { env }).ended;
      expect(refused).toMatchObject({ code: 3 });
      expect(refused.stderr).toContain('start over with an empty data folder');
    }
  },
  EMBEDDED_TIMEOUT_MS,
);
