import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';

const STARTER = fileURLToPath(new URL('../../catalog/facts.jsonl', import.meta.url));

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-facts-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) =>
  vitrine(['import-facts', ...args], {
    env: { DATABASE_URL: database.url, VITRINE_DATA: join(folder, 'data') },
  }).ended;

test('reads a file, says what came of it, and the second time that nothing did', async () => {
  const first = await run(STARTER);
  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^The file has \d+ entities and \d+ facts: /),
  });
  expect(first.stderr).toMatch(/Reading the facts: \d+/);
  const second = await run(STARTER);
  expect(second).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/: 0 entities new or changed, 0 facts added, 0 replaced\./),
  });
});

test('names line, field and remedy, and writes nothing', async () => {
  const file = join(folder, 'wrong.jsonl');
  await writeFile(
    file,
    '{"entity":"glass","kind":"MATERIAL","label":"Glass"}\n{"subject":"glass","predicate":"is","value":"brittle"}\n',
  );
  const { code, stdout } = await run(file);
  expect(code).toBe(1);
  expect(stdout).toBe('Nothing was imported: 1 error in the file.\n  line 2: source: is missing: add it.\n');
  const { rows } = await database.db.query(`SELECT FROM entities WHERE handle = 'glass'`);
  expect(rows).toEqual([]);
});

test.each([
  ['nowhere.jsonl', /^The facts cannot be read: .*no such file/],
  ['.', /^The facts cannot be read: .* is a folder; give a file\.\n$/],
])('%s is no file of facts', async (name, complaint) => {
  const { code, stderr } = await run(join(folder, name));
  expect(code).toBe(1);
  expect(stderr).toMatch(complaint);
});
