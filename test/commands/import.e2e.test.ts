import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-import-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A feed of hats, by their ids. */
const hats = (ids: readonly number[], price = '9 EUR'): string =>
  ['id,title,availability,price', ...ids.map((id) => `hat-${id},Hat ${id},in stock,${price}`), ''].join('\n');

const run = (feed: string, ...options: readonly string[]) =>
  vitrine(['import', feed, ...options], {
    env: { DATABASE_URL: database.url, VITRINE_DATA: join(folder, 'data') },
  }).ended;

const codes = async (): Promise<unknown[]> => {
  const { rows } = await database.db.query<{ code: string }>('SELECT code FROM skus ORDER BY code');
  return rows.map(({ code }) => code);
};

test('fails if more rows are rejected than it may, and imports the others all the same', async () => {
  const feed = await write('rejected.csv', `${hats([1, 2])}hat-3,Hat 3,in stock,\n`);
  const failed = await run(feed);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/Imported 2 products[^]*Rejected 1 row:\n {2}line 4: price is empty/);
  expect(await codes()).toEqual(['hat-1', 'hat-2']);
  expect(await run(feed, '--max-rejected', '33')).toMatchObject({ code: 1 });
  expect(await run(feed, '--max-rejected', '34')).toMatchObject({ code: 0 });
});

test('fails if it may not prune, and removes nothing', async () => {
  const ids = Array.from({ length: 12 }, (_, index) => index);
  expect(await run(await write('all.csv', hats(ids)), '--prune')).toMatchObject({ code: 0 });
  const all = await codes();
  expect(all).toHaveLength(12);
  const few = await write('few.csv', hats([0]));
  for (const options of [['--prune'], ['--prune', '--dry-run']]) {
    expect(await run(few, ...options)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        'Removed nothing: the feed lacks 11 of the 12 SKUs of the channel, which is more than 20 %',
      ),
    });
    expect(await codes()).toEqual(all);
  }
  expect(await run(few, '--prune', '--max-pruned', '95')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Removed 11 products and 11 SKUs'),
  });
  expect(await codes()).toEqual(['hat-0']);
});

test('reads columns by the names that a file gives them', async () => {
  const feed = await write(
    'wares.csv',
    'Nr;Bezeichnung;Preis;Bestand;Notiz\nA-1;Mantel;99,00 EUR;3;geheim\n',
  );
  const unknown = await run(feed);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/not a product feed of a known format[^]*--columns/);
  const names = { Nr: 'id', Bezeichnung: 'title', Preis: 'price', Bestand: 'quantity', Notiz: null };
  const columns = await write('columns.json', JSON.stringify(names));
  expect(await run(feed, '--columns', columns, '--explain')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Mantel'),
  });
  const imported = await run(feed, '--columns', columns);
  expect(imported).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Imported 1 product with 1 SKU'),
  });
  expect(imported.stdout).not.toContain('Columns that were not read');
  expect(await codes()).toContain('A-1');
});

test.each([
  ['absent.json', null, /absent\.json does not name columns: ENOENT/],
  ['list.json', '["Nr"]', /list\.json does not name columns: [^]*expected record/],
  [
    'number.json',
    '{"Nr": 1}',
    /number\.json does not name columns: [^]*Write it like \{"Artikelnummer": "id"/,
  ],
  ['text.json', 'Nr: id', /text\.json does not name columns: .*JSON/],
])('%s names no columns, and is a sentence', async (name, content, complaint) => {
  const feed = await write('hats.csv', hats([1]));
  if (content !== null) await write(name, content);
  const { code, stderr } = await run(feed, '--columns', join(folder, name), '--explain');
  expect(code).toBe(1);
  expect(stderr).toMatch(complaint);
  expect(stderr).not.toMatch(/\n\s+at /);
});
