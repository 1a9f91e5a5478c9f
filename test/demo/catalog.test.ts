import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { z } from 'zod';
import { feedTable, priceTable, stockTable } from '../../demo/catalog/feed.js';
import { demoProducts } from '../../demo/catalog/products.js';
import { stocked } from '../../demo/catalog/stock.js';

const folder = new URL('../../catalog/', import.meta.url);
type Row = Record<string, string>;
const rowsOf = (text: string): Row[] =>
  z
    .array(z.record(z.string(), z.string()))
    .parse(parse(text, { columns: true, delimiter: '\t', quote: false }));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

const demo = z
  .object({
    channels: z.array(
      z.object({
        handle: z.string(),
        currency: z.string(),
        default: z.boolean(),
        locations: z.array(z.string()),
      }),
    ),
    locations: z.array(
      z.object({
        handle: z.string(),
        latitude: z.number(),
        longitude: z.number(),
        pickup: z.boolean(),
        countryCode: z.string(),
      }),
    ),
  })
  .parse(JSON.parse(read('channels.json')));

const feed = rowsOf(read('feed.tsv'));
const stock = rowsOf(read('stock.tsv'));
const prices = rowsOf(read('prices.tsv'));

function groupedBy(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row[column] ?? '';
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
const groups = groupedBy(feed, 'item_group_id');
const stockOf = groupedBy(stock, 'sku');
const pricesOf = groupedBy(prices, 'sku');

describe('the feed', () => {
  test('is a shop: many products of many types, brands and patterns', () => {
    expect(groups.size).toBeGreaterThanOrEqual(400);
    expect(new Set(feed.map((row) => row['product_type'])).size).toBeGreaterThanOrEqual(20);
    expect(new Set(feed.map((row) => row['brand'])).size).toBeGreaterThanOrEqual(14);
    expect(new Set(feed.map((row) => row['pattern'])).size).toBeGreaterThanOrEqual(14);
  });

  test('names every SKU and every GTIN once', () => {
    expect(new Set(feed.map((row) => row['id'])).size).toBe(feed.length);
    expect(new Set(feed.map((row) => row['gtin'])).size).toBe(feed.length);
  });

  test('has GTIN-13 with right check digits, of the range for use inside a company', () => {
    for (const { gtin = '' } of feed) {
      expect(gtin).toMatch(/^2\d{12}$/);
      const weighted = Array.from(gtin).reduce(
        (sum, digit, index) => sum + Number(digit) * (index % 2 ? 3 : 1),
        0,
      );
      expect(weighted % 10).toBe(0);
    }
  });

  test('has products that are sold out, nearly sold out, to come, and of unknown quantity', () => {
    const available = [...groups.values()].map(
      (rows) => rows.filter((row) => row['availability'] === 'in_stock').length,
    );
    expect(available.filter((count) => count === 0).length).toBeGreaterThan(10);
    expect(
      [...groups.values()].filter(
        (rows) => rows.length > 1 && rows.filter((row) => row['availability'] === 'in_stock').length === 1,
      ).length,
    ).toBeGreaterThan(10);
    expect(feed.some((row) => row['availability'] === 'preorder' && row['availability_date'])).toBe(true);
    expect(feed.some((row) => row['availability'] === 'backorder' && row['availability_date'])).toBe(true);
    expect(feed.some((row) => row['availability'] === 'in_stock' && row['quantity'] === '')).toBe(true);
  });

  test('has products of two colors, each row with the picture of its color', () => {
    const twoColors = [...groups.values()].filter(
      (rows) => new Set(rows.map((row) => row['color'])).size === 2,
    );
    expect(twoColors.length).toBeGreaterThan(15);
    for (const rows of twoColors)
      expect(new Set(rows.map((row) => `${row['color']} ${row['image_link']}`)).size).toBe(2);
  });

  test('has product_detail in the syntax section:attribute:value', () => {
    for (const row of feed) {
      for (const detail of (row['product_detail'] ?? '').split(','))
        expect(detail).toMatch(/^(Look|Cut):[a-z]+:[^:,]+$/);
    }
  });

  test('says what stock and prices say of the default channel', () => {
    const home = demo.channels.find((channel) => channel.default);
    for (const row of feed) {
      const price = pricesOf.get(row['id'] ?? '')?.find((entry) => entry['price_list'] === home?.handle);
      const levels = (stockOf.get(row['id'] ?? '') ?? []).filter((level) =>
        home?.locations.includes(level['location'] ?? ''),
      );
      const sellable = levels.reduce(
        (sum, level) => sum + Math.max(0, Number(level['quantity']) - Number(level['safety_stock'])),
        0,
      );
      if (row['availability'] === 'in_stock') expect(price).toBeDefined();
      if (price) expect([row['price'], row['sale_price']]).toContain(`${price['amount'] ?? ''} EUR`);
      if (price && row['availability'] === 'in_stock' && row['quantity'] !== '')
        expect(Number(row['quantity'])).toBe(sellable);
      if (price && row['availability'] === 'out_of_stock') expect(sellable).toBe(0);
    }
  });
});

describe('stock and prices', () => {
  test('name SKUs, locations and channels that exist', () => {
    const skus = new Set(feed.map((row) => row['id']));
    const places = new Set(demo.locations.map(({ handle }) => handle));
    const currencies = new Map(demo.channels.map((channel) => [channel.handle, channel.currency]));
    expect(stock.filter((row) => !skus.has(row['sku'] ?? '') || !places.has(row['location'] ?? ''))).toEqual(
      [],
    );
    expect(
      prices.filter(
        (row) => !skus.has(row['sku'] ?? '') || currencies.get(row['price_list'] ?? '') !== row['currency'],
      ),
    ).toEqual([]);
  });

  test('leave some products to one channel', () => {
    const only = (handle: string): number =>
      [...pricesOf.values()].filter((rows) => rows.length === 1 && rows[0]?.['price_list'] === handle).length;
    expect(only('eu')).toBeGreaterThan(0);
    expect(only('us')).toBeGreaterThan(0);
  });

  test('compare a price with a higher one only', () => {
    for (const row of prices)
      if (row['compare_at']) expect(Number(row['compare_at'])).toBeGreaterThan(Number(row['amount']));
  });
});

describe('the pictures', () => {
  let files: string[] = [];
  beforeAll(async () => {
    files = await readdir(new URL('images/', folder));
  });

  test('are exactly those that the feed names', () => {
    const named = new Set(
      feed.flatMap((row) => [row['image_link'], row['additional_image_link']]).filter(Boolean),
    );
    expect(new Set(files.map((file) => `images/${file}`))).toEqual(named);
  });

  test('are small enough to ship and can be read', async () => {
    const bytes = files.reduce((sum, file) => sum + statSync(new URL(`images/${file}`, folder)).size, 0);
    expect(bytes).toBeLessThan(12 * 1024 * 1024);
    for (const file of files.filter((_, index) => index % 50 === 0)) {
      const path = new URL(`images/${file}`, folder);
      expect(existsSync(path)).toBe(true);
      expect(await sharp(readFileSync(path)).metadata()).toMatchObject({
        format: 'webp',
        width: 480,
        height: 600,
      });
    }
  });
});

test('the generator writes the files that are checked in', () => {
  const products = stocked(demoProducts('vitrine demo 1'), 'vitrine demo 1');
  expect(feedTable(products)).toBe(read('feed.tsv'));
  expect(stockTable(products)).toBe(read('stock.tsv'));
  expect(priceTable(products)).toBe(read('prices.tsv'));
});
