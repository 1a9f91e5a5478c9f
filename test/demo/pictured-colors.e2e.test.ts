import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { z } from 'zod';
import { importFeed } from '../../src/import/import-feed.js';
import type { Cells } from '../../src/import/source/cells.js';
import { readTable } from '../../src/import/source/table.js';
import { groupBy } from '../../src/platform/group-by.js';
import { readCalibrationFile } from '../../src/search/probability/encoder-calibration.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { openSharedEncoder } from '../support/encoder.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';

/** Decoding and encoding a hundred drawings on a busy machine. */
const IMPORT_TIMEOUT_MS = 600_000;
/** About sixty images, three times. */
const MATCHES_TIMEOUT_MS = 600_000;
const CATALOG = fileURLToPath(new URL('../../catalog/', import.meta.url));

/** One color of a product that comes in two, and the merchant's picture of it. */
interface Pictured {
  readonly handle: string;
  readonly color: string;
  readonly other: string;
  readonly picture: string;
  readonly codes: readonly string[];
}

let encoder: Encoder;
let gateway: TestGateway;
let pictures: readonly Pictured[];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-colors-'));
  const feed = await writeColors();
  encoder = await openSharedEncoder();
  const calibration = (await readCalibrationFile(CATALOG))?.sameProduct ?? null;
  gateway = await startTestGateway(
    async (db, images) => {
      const log = pino({ level: 'silent' });
      await importFeed({ db, encoder, images, log, progress: silentProgress }, { feed, demo: true });
    },
    { encoder, calibration },
  );
  pictures = await listPictures(feed);
}, IMPORT_TIMEOUT_MS);
afterAll(async () => {
  await gateway.close();
  await encoder.close();
  await rm(folder, { recursive: true });
});

const cell = (cells: Cells, name: string): string => cells.get(name) ?? '';

async function readFeed(path: string): Promise<Cells[]> {
  const rows: Cells[] = [];
  for await (const row of readTable(path, { required: [], noun: 'product feed' }, undefined)) {
    if ('cells' in row) rows.push(row.cells);
  }
  return rows;
}

/** Copies the demo products that come in several colors, with their companion tables. */
async function writeColors(): Promise<string> {
  const products = groupBy(await readFeed(`${CATALOG}feed.tsv`), (cells) => cell(cells, 'item_group_id'));
  const several = [...products.values()].filter(
    (rows) => new Set(rows.map((cells) => cell(cells, 'color'))).size > 1,
  );
  const rows = several.flat();
  const names = [...new Set(rows.flatMap((cells) => [...cells.columns()]))];
  const lines = [names, ...rows.map((cells) => names.map((name) => cell(cells, name)))];
  const feed = join(folder, 'feed.tsv');
  await writeFile(feed, lines.map((line) => `${line.join('\t')}\n`).join(''));
  const images = rows.flatMap((cells) => [cell(cells, 'image_link'), cell(cells, 'additional_image_link')]);
  const beside = ['channels.json', 'prices.tsv', 'stock.tsv', ...images.filter((link) => link !== '')];
  for (const name of new Set(beside)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await copyFile(`${CATALOG}${name}`, join(folder, name));
  }
  return feed;
}

/** The pictures of products that come in two colors and have an offer in the default channel. */
async function listPictures(feed: string): Promise<Pictured[]> {
  const { rows } = await gateway.db.query<{ code: string }>(
    `SELECT DISTINCT code FROM sku_offers JOIN channels ON channels.id = channel_id AND is_default`,
  );
  const codes = new Set(rows.map(({ code }) => code));
  const offered = (await readFeed(feed)).filter((cells) => codes.has(cell(cells, 'id')));
  return [...groupBy(offered, (cells) => cell(cells, 'item_group_id'))].flatMap(([handle, skus]) => {
    const colors = groupBy(skus, (cells) => cell(cells, 'color'));
    return [...colors].flatMap(([color, own]): Pictured[] => {
      const other = [...colors.keys()].find((name) => name !== color);
      const [picture] = own.map((cells) => cell(cells, 'image_link'));
      if (other === undefined || picture === undefined) return [];
      return [{ handle, color, other, picture, codes: own.map((cells) => cell(cells, 'id')) }];
    });
  });
}

const answer = z.object({
  matchSku: z.object({
    outcome: z.string(),
    match: z.object({ node: z.object({ handle: z.string() }) }).nullable(),
    sku: z.object({ options: z.array(z.object({ name: z.string(), value: z.string() })) }).nullable(),
    differences: z.array(z.unknown()),
  }),
});

/** A summary of the answer for a picture. */
async function answerFor({ picture }: Pictured): Promise<unknown> {
  const base64 = (await readFile(`${CATALOG}${picture}`)).toString('base64');
  const { matchSku } = await gateway.read(
    answer,
    `query ($image: ImageInput!) { matchSku(image: $image) {
      outcome match { node { handle } } sku { options { name value } } differences { name pictured offered } } }`,
    { image: { base64 } },
  );
  const color = matchSku.sku?.options.find(({ name }) => name === 'color')?.value;
  const { outcome, match, differences } = matchSku;
  return { picture, outcome, handle: match?.node.handle, color, differences };
}

async function stock(some: readonly Pictured[], onHand: number): Promise<void> {
  await gateway.db.query(
    `UPDATE stock_levels SET on_hand = $2 + safety_stock FROM skus WHERE skus.id = sku_id AND code = ANY($1)`,
    [some.flatMap(({ codes }) => codes), onHand],
  );
  await gateway.catchUp();
}

async function answersFor(some: readonly Pictured[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const one of some) answers.push(await answerFor(one));
  return answers;
}

test(
  "the merchant's own picture of one color is answered with an SKU of that color, and of the other when it is sold out",
  async () => {
    expect(pictures.length).toBeGreaterThanOrEqual(56);
    const same = ({ picture, handle, color }: Pictured): unknown => {
      return { picture, outcome: 'SAME_PRODUCT', handle, color, differences: [] };
    };
    const otherColor = ({ picture, handle, color, other }: Pictured): unknown => {
      const differences = [{ name: 'color', pictured: [color], offered: other }];
      return { picture, outcome: 'CLOSE_SUBSTITUTE', handle, color: other, differences };
    };
    await stock(pictures, 5);
    expect(await answersFor(pictures)).toEqual(pictures.map(same));

    // One color of each product, then the other.
    const firsts = pictures.filter(
      (one, i) => pictures.findIndex(({ handle }) => handle === one.handle) === i,
    );
    const seconds = pictures.filter((one) => !firsts.includes(one));
    for (const [gone, left] of [
      [firsts, seconds],
      [seconds, firsts],
    ] as const) {
      await stock(left, 5);
      await stock(gone, 0);
      expect(await answersFor(gone)).toEqual(gone.map(otherColor));
      expect(await answersFor(left)).toEqual(left.map(same));
    }
  },
  MATCHES_TIMEOUT_MS,
);
