import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import sharp from 'sharp';
import { z } from 'zod';
import { importFeed } from '../../src/import/import-feed.js';
import type { BlobStore } from '../../src/platform/blob-store.js';
import type { Database } from '../../src/platform/postgres.js';
import type { Encoder } from '../../src/vision/encoder.js';
import { UPSERT } from '../catalog/write/support.js';
import { feedOf, swatch } from '../import/support.js';
import { seedApiKey } from '../support/api-keys.js';
import { ENCODER, seedMarkets, setStock } from '../support/catalog.js';
import { NEARLY_EQUAL } from '../support/garments.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { silentProgress } from '../support/progress.js';

/** Sees only the mean color of an image. */
const colorEncoder: Encoder = {
  ...ENCODER,
  async encode(bytes) {
    const { channels } = await sharp(Buffer.from(bytes)).stats();
    const numbers = [...channels.slice(0, 3).map(({ mean }) => mean - 128), 20];
    const norm = Math.hypot(...numbers);
    return Float32Array.from(numbers, (value) => value / norm);
  },
  see: () => Promise.reject(new Error('this encoder shows nothing')),
  open: () => Promise.reject(new Error('this encoder opens no scene')),
  close: () => Promise.resolve(),
};

const PICTURES: Readonly<Record<string, Buffer>> = {
  'red.png': await swatch(220, 30, 30),
  'blue.png': await swatch(30, 30, 220),
  // A close-up of the same coat, and both colors side by side.
  'blue-detail.png': await swatch(60, 90, 230),
  'both.png': await swatch(128, 30, 128),
  'hats.png': await swatch(30, 220, 30),
  'scarf.png': await swatch(220, 220, 30),
  // One picture behind two links.
  'bag-1.png': await swatch(30, 220, 220),
  'bag-2.png': await swatch(30, 220, 220),
  'dark-belts.png': await swatch(20, 20, 20),
  'tan-belt.png': await swatch(230, 200, 170),
  'socks.png': await swatch(250, 120, 20),
};

const GALLERY = 'red.png,blue.png,both.png';
type Row = Readonly<Record<string, string>>;
const COAT: readonly Row[] = ['S', 'M'].flatMap((size) => [
  { id: `COAT-RED-${size}`, color: 'Red', image_link: 'red.png', additional_image_link: GALLERY, size },
  {
    id: `COAT-BLUE-${size}`,
    color: size === 'S' ? 'Blue' : 'BLUE',
    image_link: 'blue.png',
    additional_image_link: `${GALLERY},blue-detail.png`,
    size,
  },
]);

const rowsOf = (group: string, rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ item_group_id: group, quantity: '5', ...row }));

const FEED: readonly Row[] = [
  ...rowsOf('coat', COAT),
  ...rowsOf('hat', [
    { id: 'HAT-RED', color: 'red', image_link: 'hats.png', quantity: '0' },
    { id: 'HAT-BLUE', color: 'blue', image_link: 'hats.png' },
  ]),
  ...rowsOf('scarf', [{ id: 'SCARF-YELLOW-S', color: 'yellow', size: 'S', image_link: 'scarf.png' }]),
  ...rowsOf('bag', [
    { id: 'BAG-TEAL', color: 'teal', image_link: 'bag-1.png', quantity: '0' },
    { id: 'BAG-SEA', color: 'sea', image_link: 'bag-2.png' },
  ]),
  ...rowsOf('belt', [
    { id: 'BELT-TAN', color: 'tan', image_link: 'tan-belt.png' },
    { id: 'BELT-BLACK', color: 'black', image_link: 'dark-belts.png', quantity: '0' },
    { id: 'BELT-BROWN', color: 'brown', image_link: 'dark-belts.png' },
  ]),
  // A row without a color: what its picture shows is unknown.
  ...rowsOf('socks', [
    { id: 'SOCKS-PLAIN', image_link: 'socks.png', quantity: '0' },
    { id: 'SOCKS-RED', color: 'red', image_link: 'tan-belt.png' },
  ]),
];

async function importRows(db: Database, images: BlobStore, rows: readonly Row[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-pictured-'));
  try {
    for (const [name, bytes] of Object.entries(PICTURES)) await writeFile(join(folder, name), bytes);
    const feed = join(folder, 'feed.tsv');
    await writeFile(feed, feedOf(rows));
    const deps = { db, encoder: colorEncoder, images, progress: silentProgress };
    const report = await importFeed({ ...deps, log: pino({ level: 'silent' }) }, { feed });
    expect(report).toMatchObject({ rejected: [], imagesFailed: [] });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const openShop = (follows: boolean): Promise<TestGateway> =>
  startTestGateway(
    async (db, images) => {
      await seedMarkets(db);
      await importRows(db, images, FEED);
    },
    { encoder: colorEncoder, calibration: NEARLY_EQUAL, follows },
  );

const answer = z.object({
  matchSku: z.object({
    outcome: z.string(),
    sku: z.object({ code: z.string() }).nullable(),
    differences: z.array(z.unknown()),
  }),
});

type Answered = { outcome: string; sku: string | undefined; differences: readonly unknown[] };

async function match(gateway: TestGateway, picture: string, options: Row = {}): Promise<Answered> {
  const { matchSku } = await gateway.read(
    answer,
    `query ($image: ImageInput!, $options: [SelectedOptionInput!]) {
      matchSku(image: $image, options: $options) { outcome sku { code } differences { name pictured offered } } }`,
    {
      image: { base64: PICTURES[picture]?.toString('base64') },
      options: Object.entries(options).map(([name, value]) => ({ name, value })),
    },
  );
  return { outcome: matchSku.outcome, sku: matchSku.sku?.code, differences: matchSku.differences };
}

const same = (sku: string): Answered => ({ outcome: 'SAME_PRODUCT', sku, differences: [] });
const other = (sku: string, pictured: readonly string[], offered: string): Answered => ({
  outcome: 'CLOSE_SUBSTITUTE',
  sku,
  differences: [{ name: 'color', pictured, offered }],
});

describe('a picture shows', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openShop(true);
  });
  afterAll(() => gateway.close());

  test.each([
    ['red.png', 'the color whose own picture it is, though every row lists the whole gallery', 'COAT-RED-S'],
    ['blue.png', 'the color whose own picture it is, however the merchant spells it', 'COAT-BLUE-S'],
    ['blue-detail.png', 'the color of the rows that list it', 'COAT-BLUE-S'],
    ['both.png', 'the product as a whole when all rows list it', 'COAT-RED-S'],
    ['hats.png', 'the product as a whole when it is the only one of several colors', 'HAT-BLUE'],
    ['bag-1.png', 'the product as a whole when two colors have it behind two links', 'BAG-SEA'],
    ['dark-belts.png', 'two colors of three', 'BELT-BROWN'],
    ['socks.png', 'the product as a whole when a row with it says no color', 'SOCKS-RED'],
  ])('%s: %s', async (picture, _why, sku) => {
    expect(await match(gateway, picture)).toEqual(same(sku));
  });

  test('the SKU has the options that were asked for, and the color of the picture', async () => {
    expect(await match(gateway, 'blue.png', { size: 'm' })).toEqual(same('COAT-BLUE-M'));
  });

  test('another color that was asked for is not the same', async () => {
    expect(await match(gateway, 'red.png', { color: 'blue' })).toEqual(other('COAT-BLUE-S', ['Red'], 'Blue'));
    expect(await match(gateway, 'dark-belts.png', { color: 'tan' })).toEqual(
      other('BELT-TAN', ['black', 'brown'], 'tan'),
    );
  });

  test('a new size of its color, and not a new color', async () => {
    const secret = await seedApiKey(gateway.db);
    const sku = (code: string, size: string, color: string): unknown => ({
      code,
      options: [
        { name: 'size', value: size },
        { name: 'color', value: color },
      ],
    });
    const skus = [
      sku('SCARF-GREEN-L', 'L', 'green'),
      sku('SCARF-YELLOW-L', 'L', 'Yellow'),
      sku('SCARF-YELLOW-S', 'S', 'yellow'),
    ];
    const upsert = (listed: readonly unknown[]): Promise<unknown> =>
      gateway.ask(UPSERT, { input: { products: [{ handle: 'scarf', skus: listed }] } }, secret);
    expect(await upsert(skus)).toMatchObject({ errors: [], data: { productsUpsert: { userErrors: [] } } });
    await gateway.db.query(`
      INSERT INTO prices (price_list_id, sku_id, amount) SELECT price_lists.id, skus.id, 1000
        FROM price_lists, skus WHERE handle = 'eu' AND code LIKE 'SCARF-%-L';
      INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT skus.id, stock_locations.id, 5
        FROM stock_locations, skus WHERE handle = 'berlin' AND code LIKE 'SCARF-%-L'`);
    await gateway.catchUp();
    expect(await match(gateway, 'scarf.png', { size: 'L' })).toEqual(same('SCARF-YELLOW-L'));
    // Without its color, it does not become a picture of the other one.
    expect(await upsert(skus.slice(0, 1))).toMatchObject({ data: { productsUpsert: { userErrors: [] } } });
    await gateway.catchUp();
    // The green scarf has no picture, and a yellow one cannot be bought.
    expect(await match(gateway, 'scarf.png')).toEqual({ outcome: 'NONE', sku: undefined, differences: [] });
  });

  test('what a later feed says, though the picture is there already', async () => {
    const { db, catalogImages } = gateway.services;
    const swapped = rowsOf('coat', COAT).map((row) => ({
      ...row,
      image_link: row['image_link'] === 'red.png' ? 'blue.png' : 'red.png',
      additional_image_link: '',
    }));
    await importRows(db, catalogImages, swapped);
    await gateway.catchUp();
    expect(await match(gateway, 'red.png')).toEqual(same('COAT-BLUE-S'));
    await importRows(db, catalogImages, rowsOf('coat', COAT));
    await gateway.catchUp();
    expect(await match(gateway, 'red.png')).toEqual(same('COAT-RED-S'));
  });

  test('its color as long as that can be bought, in every snapshot while colors sell out and come back', async () => {
    const flip = (gone: string, back: string): Promise<unknown> =>
      gateway.db
        .query(`UPDATE stock_levels SET on_hand = CASE WHEN code LIKE 'COAT-${back}-%' THEN 5 ELSE 0 END
        FROM skus WHERE skus.id = sku_id AND code ~ '^COAT-(${gone}|${back})-'`);
    const [red, blue] = [same('COAT-RED-S'), other('COAT-BLUE-S', ['Red'], 'Blue')];
    for (let round = 0; round < 10; round += 1) {
      for (const [gone, back, after] of [
        ['RED', 'BLUE', blue],
        ['BLUE', 'RED', red],
      ] as const) {
        const [meanwhile] = await Promise.all([match(gateway, 'red.png'), flip(gone, back)]);
        expect([red, blue]).toContainEqual(meanwhile);
        expect(await match(gateway, 'red.png')).toEqual(after);
      }
    }
  });
});

test('a color that was sold out meanwhile, which the index does not know yet, is not matched', async () => {
  const gateway = await openShop(false);
  expect(await match(gateway, 'red.png')).toEqual(same('COAT-RED-S'));
  await setStock(gateway.db, 'COAT-RED-S', 0);
  expect(await match(gateway, 'red.png')).toEqual(same('COAT-RED-M'));
  await setStock(gateway.db, 'COAT-RED-M', 0);
  expect(await match(gateway, 'red.png')).toEqual(other('COAT-BLUE-S', ['Red'], 'Blue'));
  await gateway.close();
});
