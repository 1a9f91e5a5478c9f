import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine, type Running } from '../support/process.js';
import { smallEncoderFolder } from '../support/small-encoder.js';
import { noQdrant, testCollection } from '../support/qdrant.js';

let database: TestDatabase;
let folder: string;
let env: Record<string, string>;
let gateway: Running | null = null;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-reconcile-'));
  env = { DATABASE_URL: database.url, VITRINE_DATA: join(folder, 'data'), VITRINE_DEMO: '0', PORT: '0' };
  const images = fileURLToPath(new URL('../../catalog/images', import.meta.url));
  const names = ['bh-calla-hoodie-pink', 'bh-calla-hoodie-burgundy'];
  const rows = [
    ['id', 'title', 'image_link', 'availability', 'price', 'quantity'],
    ...names.map((name) => [name, name, `${name}.webp`, 'in_stock', '49.99 EUR', '3']),
  ];
  for (const name of names) await copyFile(join(images, `${name}.webp`), join(folder, `${name}.webp`));
  const feed = join(folder, 'feed.tsv');
  await writeFile(feed, rows.map((row) => `${row.join('\t')}\n`).join(''));
  expect(await vitrine(['import', feed], { env }).ended).toMatchObject({ code: 0 });
});
afterAll(async () => {
  gateway?.interrupt();
  await gateway?.ended;
  await database.drop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => vitrine(args, { env }).ended;

/** Raises a price and bypasses the log that gateways follow. */
const damage = () =>
  database.db.query(`
    ALTER TABLE prices DISABLE TRIGGER USER;
    UPDATE prices SET amount = amount + 1
    WHERE sku_id = (SELECT id FROM skus WHERE code = 'bh-calla-hoodie-pink');
    ALTER TABLE prices ENABLE TRIGGER USER`);

/** Writes stock and bypasses the ledger. */
const writeStock = (onHand: number) =>
  database.db.query(`
    ALTER TABLE stock_levels DISABLE TRIGGER stock_levels_ledger_updated;
    UPDATE stock_levels SET on_hand = ${onHand}
    WHERE sku_id = (SELECT id FROM skus WHERE code = 'bh-calla-hoodie-pink');
    ALTER TABLE stock_levels ENABLE TRIGGER stock_levels_ledger_updated`);

const answers = z.object({
  indexes: z.array(
    z.object({
      index: z.string(),
      failure: z.null(),
      report: z.object({ compared: z.number(), differing: z.number(), repaired: z.number() }),
    }),
  ),
});

test('--help tells of its options and exit codes', async () => {
  const { code, stdout } = await run('reconcile', '--help');
  expect(code).toBe(0);
  for (const word of ['--check', '--json', 'Exit code', 'Examples', 'vitrine reconcile'])
    expect(stdout).toContain(word);
});

test('without a gateway there is no embedded index, and nothing to do', async () => {
  const plain = await run('reconcile');
  expect(plain).toMatchObject({ code: 0 });
  expect(plain.stdout).toMatch(/^No gateway is running\. .*nothing to do\.\nStock ledger: matches .*\n$/);
  expect(JSON.parse((await run('reconcile', '--json')).stdout)).toEqual({
    indexes: [],
    ledger: { count: 0, sample: [] },
  });
  const reindexed = await run('reindex');
  expect(reindexed).toMatchObject({ code: 0 });
  expect(reindexed.stdout).toMatch(/Encoded 0 images .*\nNo gateway is running/);
});

test('a gateway that runs is asked about the index in its memory', async () => {
  gateway = vitrine(['serve'], { env });
  await gateway.says(/Press Ctrl-C to stop/);
  const sound = await run('reconcile', '--check');
  expect(sound).toMatchObject({ code: 0 });
  expect(sound.stdout).toMatch(
    /^Gateway .* \(process \d+\): compared 2 images in .*; nothing differs\.\nStock ledger: matches/,
  );

  await damage();
  const checked = await run('reconcile', '--check');
  expect(checked).toMatchObject({ code: 1 });
  expect(checked.stdout).toMatch(
    /1 differ \(1 with different tags\), 0 repaired\.\n {2}image \d+ of bh-calla-hoodie-pink has \S+ 4999 instead of 5000.*\n/,
  );
  const asJson = await run('reconcile', '--check', '--json');
  expect(asJson).toMatchObject({ code: 1 });
  expect(answers.parse(JSON.parse(asJson.stdout)).indexes).toMatchObject([
    { report: { compared: 2, differing: 1, repaired: 0 } },
  ]);

  const repaired = await run('reconcile');
  expect(repaired).toMatchObject({ code: 0 });
  expect(repaired.stdout).toMatch(/1 differ \(1 with different tags\), 1 repaired\./);
  expect(await run('reconcile', '--check')).toMatchObject({ code: 0 });
  const { rows } = await database.db.query('TABLE index_requests');
  expect(rows).toEqual([]);
});

test('stock that the ledger does not add up to is told, and not repaired', async () => {
  await writeStock(4);
  for (const options of [[], ['--check']]) {
    const { code, stdout } = await run('reconcile', ...options);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /nothing differs\.\nStock ledger: 1 stock level differs .*\n {2}bh-calla-hoodie-pink at \S+: 4 on hand, 3 according to the ledger\n$/,
    );
  }
  await writeStock(3);
  expect(await run('reconcile', '--check')).toMatchObject({ code: 0 });
});

test('it builds its index anew when asked', async () => {
  const reindexed = await run('reindex');
  expect(reindexed).toMatchObject({ code: 0 });
  expect(reindexed.stdout).toMatch(
    /Encoded 0 images .*\nGateway .*: the new index holds 2 images and is in use\.\n$/,
  );
  expect(gateway?.output.stderr).toContain('loaded again from Postgres');
  expect(await run('reconcile', '--check')).toMatchObject({ code: 0 });
});

test('another encoder is encoded with while gateways run with the one before', async () => {
  const other = join(folder, 'encoder');
  await cp(smallEncoderFolder(), other, { recursive: true });
  const manifest = join(other, 'model.json');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"1.0.0"', '"99.0.0"'));

  const reindexed = await run('reindex', '--encoder', other);
  expect(reindexed).toMatchObject({ code: 0 });
  expect(reindexed.stdout).toContain('Encoded 2 images with small@99.0.0+lab36.');
  expect(reindexed.stdout).toMatch(
    new RegExp(`Gateway .* keeps using small@1\\.0\\.0\\+lab36: restart it with VITRINE_ENCODER=${other}`),
  );
  expect((await run('reindex', '--encoder', other)).stdout).toContain('Encoded 0 images');
  expect(await run('reconcile', '--check')).toMatchObject({ code: 0 });

  const next = vitrine(['serve'], { env: { ...env, VITRINE_ENCODER: other } });
  try {
    const [, url = ''] = await next.says(/GraphQL +(\S+)\/graphql/);
    expect(await (await fetch(`${url}/health/ready`)).text()).toMatch(/embedded, 2 images/);
    const both = await run('reconcile', '--check');
    expect(both.stdout.match(/compared 2 images .*; nothing differs/g)).toHaveLength(2);
  } finally {
    next.interrupt();
    await next.ended;
  }
});

test('a folder without an encoder is a sentence', async () => {
  const { code, stderr } = await run('reindex', '--encoder', join(folder, 'data'));
  expect(code).toBe(1);
  expect(stderr).toContain('model.json');
});

const testQdrant = noQdrant === undefined ? test : test.skip;
if (noQdrant !== undefined) console.log(`Reconciling a Qdrant by command is skipped: ${noQdrant}.`);

testQdrant('with QDRANT_URL the command compares by itself, and says when there is nothing yet', async () => {
  const collection = testCollection();
  const shared = {
    ...env,
    QDRANT_URL: collection.url,
    QDRANT_COLLECTION: collection.collection,
    ...(collection.apiKey !== null && { QDRANT_API_KEY: collection.apiKey }),
  };
  const command = (...args: string[]) => vitrine(args, { env: shared }).ended;
  try {
    const nothing = await command('reconcile', '--check');
    expect(nothing).toMatchObject({ code: 1, stdout: '' });
    expect(nothing.stderr).toMatch(/^Qdrant has no index of small@\S+ .*npx vitrine reindex/);
    expect((await command('reindex')).stdout).toMatch(
      /The new index of .* holds 2 images and is in use\.\n$/,
    );
    expect(await command('reconcile', '--check')).toMatchObject({ code: 0 });

    await damage();
    const repaired = await command('reconcile', '--json');
    expect(repaired).toMatchObject({ code: 0 });
    expect(answers.parse(JSON.parse(repaired.stdout)).indexes).toMatchObject([
      { report: { compared: 2, differing: 1, repaired: 1 } },
    ]);
    const sound = await command('reconcile', '--check');
    expect(sound.stdout).toMatch(/^qdrant \S+, small@\S+: compared 2 images in .*; nothing differs\.\n/);
  } finally {
    await collection.drop();
  }
});
