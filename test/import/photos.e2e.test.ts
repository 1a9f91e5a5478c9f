import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openShop, type Shop } from './support.js';

const FEED = fileURLToPath(new URL('../../../shared/photos/feed.tsv', import.meta.url));
/** 1,500 photos are decoded, which takes a while when other tests run at the same time. */
const TIMEOUT_MS = 180_000;

const present = existsSync(FEED);
if (!present) console.warn('Skipped: the development photographs are not beside this checkout.');
const testPhotos = present ? test : test.skip;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

testPhotos(
  'a feed of photographs goes in once, and a second time without a write',
  async () => {
    const first = await shop.import(FEED);
    expect(first).toMatchObject({
      channel: 'eur',
      complete: true,
      products: 1500,
      skus: 7084,
      productsChanged: 1500,
      rejectedRows: 0,
      failedImages: 0,
    });
    expect(first.imagesEncoded + first.imagesReused).toBe(1500);
    const encoded = shop.encoder.encoded();
    const before = await shop.versions();

    const second = await shop.import(FEED);
    expect(second).toMatchObject({
      products: 1500,
      skus: 7084,
      productsChanged: 0,
      imagesEncoded: 0,
      imagesReused: first.imagesEncoded + first.imagesReused,
    });
    expect(await shop.versions()).toEqual(before);
    expect(shop.encoder.encoded()).toBe(encoded);
  },
  TIMEOUT_MS,
);
