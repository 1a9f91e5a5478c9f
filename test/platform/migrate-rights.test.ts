import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../src/platform/migrate.js';
import { OperatorError } from '../../src/platform/operator-error.js';

const name = `vitrine_rights_${randomUUID().replaceAll('-', '')}`;
const server = process.env['VITRINE_TEST_SERVER'] ?? '';
const admin = new Client({ connectionString: server });

beforeAll(async () => {
  await admin.connect();
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`);
  await admin.query(`CREATE DATABASE ${name}`);
});
afterAll(async () => {
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.query(`DROP ROLE ${name}`);
  await admin.end();
});

test('a user who does not own the database is told what to do', async () => {
  const url = Object.assign(new URL(server), { username: name, password: 'secret', pathname: `/${name}` });
  const log = { debug: () => undefined, warn: () => undefined };
  const failed = migrate(url.href, log);
  await expect(failed).rejects.toThrow(OperatorError);
  await expect(failed).rejects.toThrow(`ALTER DATABASE "${name}" OWNER TO "${name}".`);
  await admin.query(`ALTER DATABASE ${name} OWNER TO ${name}`);
  expect((await migrate(url.href, log)).length).toBeGreaterThan(0);
});
