import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { until } from '../support/waiting.js';
import { fakeEncoder, feedOf, openShop, swatch, type Shop } from './support.js';

const PRODUCTS = 350;
/** Products after some of the first transactions, of 10, 20, 40, 80, and 100 products. */
const COMMITTED = { first: 10, fourth: 150, fifth: 250 };

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
  for (let index = 0; index < PRODUCTS; index += 1) {
    await shop.write(`${index}.png`, await swatch(index % 256, Math.floor(index / 256), 7));
  }
  const rows = Array.from({ length: PRODUCTS }, (_, index) => ({
    id: `sku-${index}`,
    image_link: `${index}.png`,
  }));
  await shop.write('feed.tsv', feedOf(rows));
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const COUNTS = `SELECT (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM skus) AS skus,
  (SELECT count(*) FROM prices) AS prices, (SELECT count(*) FROM stock_levels) AS levels,
  (SELECT count(*) FROM product_images) AS images, (SELECT count(*) FROM embeddings) AS embeddings`;
const countsOf = (number: number) => [
  { products: number, skus: number, prices: number, levels: number, images: number, embeddings: number },
];

/** Continues the import, and checks that it ends as if it had never stopped. */
async function finish(committed: number): Promise<void> {
  expect(await shop.all(COUNTS)).toEqual(countsOf(committed));
  // What it wrote is known, and nothing else.
  expect(await shop.all('SELECT count(*)::int FROM import_digests')).toEqual([committed]);
  const encoder = fakeEncoder();
  expect(await shop.import('feed.tsv', {}, { encoder })).toMatchObject({
    complete: true,
    products: PRODUCTS,
    productsChanged: PRODUCTS - committed,
    imagesEncoded: PRODUCTS - committed,
  });
  expect(encoder.encoded()).toBe(PRODUCTS - committed);
  expect(await shop.all(COUNTS)).toEqual(countsOf(PRODUCTS));
  const before = await shop.versions();
  expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 0, imagesEncoded: 0 });
  expect(await shop.versions()).toEqual(before);
}

test('an import that is stopped keeps its finished batches, and goes on from there', async () => {
  const stop = new AbortController();
  const encoder = {
    ...shop.encoder,
    encode(bytes: Uint8Array) {
      if (shop.encoder.encoded() === COMMITTED.fourth + 50) stop.abort();
      return shop.encoder.encode(bytes);
    },
  };
  expect(await shop.import('feed.tsv', {}, { encoder }, stop.signal)).toMatchObject({
    complete: false,
    products: COMMITTED.fourth,
    imagesEncoded: COMMITTED.fourth,
  });
  await finish(COMMITTED.fourth);
});

// The first failed on 2026-11-28: a run that was killed early had kept nothing, so that the next one began at zero.
test.each([COMMITTED.first, COMMITTED.fifth])(
  'an import that is killed after %i products keeps them, and is continued',
  async (committed) => {
    const module = (path: string): string =>
      JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `
      import { createHash } from 'node:crypto';
      import { importFeed } from ${module('import/import-feed.js')};
      import { openBlobStore } from ${module('platform/blob-store.js')};
      import { openDatabase } from ${module('platform/postgres.js')};
      const quiet = () => undefined;
      let encoded = 0;
      const encoder = {
        id: 'fake@1',
        dimension: 8,
        encode: (bytes) => (encoded += 1) > ${committed + 5}
          ? new Promise(quiet)
          : Promise.resolve(Float32Array.from(createHash('sha256').update(bytes).digest().subarray(0, 8))),
        close: quiet,
      };
      setInterval(quiet, 1000);
      await importFeed({
        db: openDatabase(process.env.TEST_URL, quiet),
        encoder,
        images: await openBlobStore(process.env.TEST_STORE),
        log: { debug: quiet },
        progress: { start: quiet, advance: quiet, done: quiet, say: quiet },
      }, { feed: process.env.TEST_FEED });
      `,
      ],
      {
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          TEST_URL: shop.database.url,
          TEST_STORE: join(shop.folder, 'store'),
          TEST_FEED: join(shop.folder, 'feed.tsv'),
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const exited = once(child, 'exit');
    await until('the batches are in', async () => {
      if (child.exitCode !== null) throw new Error(`the import ended with ${child.exitCode}`);
      return Number((await shop.all('SELECT count(*) FROM embeddings'))[0]) >= committed;
    });
    child.kill('SIGKILL');
    await exited;
    await finish(committed);
  },
);

test('two imports do not run at once', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const encoder = {
    ...shop.encoder,
    encode: async (bytes: Uint8Array) => {
      await released;
      return shop.encoder.encode(bytes);
    },
  };
  const first = shop.import('feed.tsv', {}, { encoder });
  await until('the first import has its lock', async () => {
    const [locks] = await shop.all(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    return Number(locks) > 0;
  });
  await expect(shop.import('feed.tsv')).rejects.toMatchObject({
    message: expect.stringContaining('Another import is running'),
  });
  release();
  expect(await first).toMatchObject({ complete: true, products: PRODUCTS });
});
