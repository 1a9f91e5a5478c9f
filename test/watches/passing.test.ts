import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkProductFilter } from '../../src/catalog/product-filter.js';
import { AvailabilityFilter, type ProductFilter } from '../../src/catalog/product-filter.types.js';
import { readPassing, readPassingEach } from '../../src/watches/passing.store.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

// Failed on 2026-11-30: 2,000 watches of one product, each with a filter of its own, were 2,000 statements at each change of
// it, and the events of everybody else waited for them.
test('many filters in one statement find what each of them finds alone', async () => {
  const { db } = database;
  await seedMarkets(db);
  const sku = (code: string, size: string, more: object) => ({ code, options: { size }, ...more });
  const keys = [
    await seedProduct(db, {
      handle: 'shirt',
      brand: 'maker',
      attributes: [['material', 'wool']],
      skus: [
        sku('S', 's', { prices: { eu: 1_000, us: 900 }, stock: { berlin: 3 } }),
        sku('ML', 'm/l', { prices: { eu: 2_000 }, stock: { berlin: 0, paris: 1 } }),
      ],
    }),
    await seedProduct(db, {
      handle: 'cap',
      skus: [sku('C', 'm', { prices: { eu: 3_000 }, stock: { berlin: 0 }, whenOut: 'backorder' as const })],
    }),
    await seedProduct(db, { handle: 'gone', skus: [sku('G', 'm', { stock: { berlin: 0 } })] }),
  ];
  const orBackorder = { availability: AvailabilityFilter.SELLABLE_OR_BACKORDER };
  const filters: readonly ProductFilter[] = [
    {},
    { quantity: 2 },
    { quantity: 4 },
    { ...orBackorder, quantity: 4 },
    { options: [{ name: 'size', values: ['M'] }] },
    { options: [{ name: 'size', values: ['M'] }], ...orBackorder },
    { options: [{ name: 'size', values: ['x'] }] },
    { brands: ['maker'] },
    { brands: ['other'] },
    { categories: ['none'] },
    { attributes: [{ name: 'material', values: ['WOOL'] }] },
    { gtins: ['12345678'] },
    { onSale: true },
    { createdAfter: new Date(0) },
    { price: { min: '15' } },
  ];
  const { rows } = await db.query<{ id: number; handle: string }>('SELECT id, handle FROM channels');
  const { rows: places } = await db.query<{ id: number }>('SELECT id FROM stock_locations');
  const conditions = [
    ...filters.map((filter) => checkProductFilter(filter, 'EUR')),
    ...places.map(({ id }) => ({ ...checkProductFilter({}, 'EUR'), locationKey: id })),
  ];
  let found = 0;
  for (const { id: channel } of rows) {
    // Not all filters are asked about the same products.
    const asked = conditions.map((condition, n) => ({
      condition,
      productKeys: keys.filter((_key, k) => n === 0 || k !== n % 3),
    }));
    const together = await readPassingEach(db, channel, asked);
    for (const [filter, { condition, productKeys }] of asked.entries()) {
      const alone = await readPassing(db, channel, condition, productKeys);
      const inOrder = (rows: readonly { productKey: number }[]) =>
        [...rows].sort((a, b) => a.productKey - b.productKey);
      expect(inOrder(together.filter((row) => row.filter === filter))).toEqual(
        inOrder(alone).map((row) => ({ ...row, filter })),
      );
      found += alone.length;
    }
  }
  expect(found).toBeGreaterThan(0);
});
