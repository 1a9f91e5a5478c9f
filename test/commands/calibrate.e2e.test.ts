import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { vitrine } from '../support/process.js';

const PRODUCTS = 52;
/** Six copies of each are encoded while other tests run. */
const PATIENCE_MS = 180_000;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vitrine-calibrate-'));
  const lines = ['id\titem_group_id\ttitle\timage_link\tavailability\tprice\tquantity'];
  for (let i = 0; i < PRODUCTS; i += 1) {
    const [side, height] = [10 + 4 * (i % 8), 20 + 8 * (i % 7)];
    const color = { r: (i * 47) % 200, g: (i * 91) % 200, b: (i * 29) % 200 };
    await sharp({ create: { width: 100 - 2 * side, height, channels: 3, background: color } })
      .extend({ top: 10, bottom: 90 - height, left: side, right: side, background: 'white' })
      .png()
      .toFile(join(folder, `${i}.png`));
    lines.push(`SKU-${i}\tfigure-${i}\tFigure ${i}\t${i}.png\tin_stock\t10 EUR\t3`);
  }
  await writeFile(join(folder, 'feed.tsv'), `${lines.join('\n')}\n`);
  expect(await run('import', join(folder, 'feed.tsv'))).toMatchObject({ code: 0 });
}, PATIENCE_MS);
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) =>
  vitrine(args, {
    env: { DATABASE_URL: database.url, VITRINE_DATA: join(folder, 'data'), VITRINE_DEMO: '0' },
  }).ended;

const kept = async (): Promise<unknown[]> =>
  (await database.db.query<{ model: unknown }>(`SELECT model FROM calibrations WHERE kind = 'same_product'`))
    .rows;

test(
  'fits the catalog at hand, says how well, and keeps it',
  async () => {
    const { code, stdout } = await run('calibrate');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(
          `^Calibrated \\S+ on ${PRODUCTS} products; expected calibration error on unseen products: 0\\.\\d{3}\\.\n` +
            '( {2}predicted \\d\\.\\d{3}, actual \\d\\.\\d{3} \\(\\d+ pairs\\)\n)+Gateways use it within half a minute\\.\n$',
        ),
      ),
    });
    expect(await kept()).toEqual([{ model: expect.objectContaining({ products: PRODUCTS }) }]);
  },
  PATIENCE_MS,
);

test(
  'writes a file for the folder of an encoder, and leaves what is kept',
  async () => {
    await database.db.query('DELETE FROM calibrations');
    const output = join(folder, 'calibration.json');
    const handles = join(folder, 'handles.txt');
    await writeFile(handles, Array.from({ length: 51 }, (_, i) => `figure-${i}\n`).join(''));
    expect(await run('calibrate', '--products', handles, '--output', output)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Written to ${output}.`),
    });
    expect(JSON.parse(await readFile(output, 'utf8'))).toMatchObject({
      encoder: expect.stringContaining('@'),
      sameProduct: { products: 51, weights: [expect.any(Number), expect.any(Number), expect.any(Number)] },
    });
    expect(await kept()).toEqual([]);
  },
  PATIENCE_MS,
);

test.each([
  ['too few products', ['--sample', '10'], /50/],
  ['a sample of none', ['--sample', '0'], /whole number from 1/],
  ['a list that is not there', ['--products', 'nowhere.txt'], /cannot be read: .*no such file/],
])('%s: says what to do, and keeps nothing', async (_, args, complaint) => {
  const { code, stderr } = await run('calibrate', ...args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(complaint);
  expect(await kept()).toEqual([]);
});
