import { describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { setStock } from '../support/catalog.js';
import { passHoldTime } from '../support/holds.js';
import { availability, create, gateway, idOf, line, openPromised, send } from './promised-support.js';

openPromised();

const found = async (where: string): Promise<string[]> => {
  const answer = z.object({
    products: z.object({
      nodes: z.array(z.object({ handle: z.string() })),
      totalCount: z.object({ count: z.number() }),
    }),
  });
  const { products } = await gateway.read(
    answer,
    `{ products(where: ${where}) { nodes { handle } totalCount { count } } }`,
  );
  expect(products.totalCount.count).toBe(products.nodes.length);
  return products.nodes.map(({ handle }) => handle).sort();
};

describe('filters', () => {
  test('show what is in stock, and what is promised only when asked', async () => {
    await setStock(gateway.db, 'BACK', 0);
    await setStock(gateway.db, 'NO', 0);
    expect(await found('{}')).toEqual([]);
    expect(await found('{ availability: SELLABLE_OR_BACKORDER }')).toEqual(['boots', 'coat']);
    const size = (value: string, quantity: number): string =>
      `{ availability: SELLABLE_OR_BACKORDER, quantity: ${quantity}, options: [{ name: "size", values: ["${value}"] }] }`;
    expect(await found(size('L', 10))).toEqual(['coat']);
    expect(await found(size('L', 11))).toEqual([]);
    expect(await found(size('M', 500))).toEqual(['coat']);
    expect(await found(size('S', 1))).toEqual([]);
    // In stock and promised together.
    await setStock(gateway.db, 'PRE', 3);
    expect(await found(size('L', 13))).toEqual(['coat']);
    expect(await found(size('L', 14))).toEqual([]);
    await idOf(create(line('PRE', 13)));
    expect(await found(size('L', 1))).toEqual([]);
    await passHoldTime(gateway.db);
    expect(await found(size('L', 13))).toEqual(['coat']);
  });

  test('of a location count its stock, and what is promised', async () => {
    const { rows } = await gateway.db.query<{ id: number }>(
      `SELECT id FROM stock_locations WHERE handle = 'paris'`,
    );
    const paris = toGlobalId('StockLocation', rows[0]?.id ?? 0);
    const there = (quantity: number): string =>
      `{ availability: SELLABLE_OR_BACKORDER, location: "${paris}", quantity: ${quantity},
        options: [{ name: "size", values: ["L"] }] }`;
    // Of stock in Berlin.
    await setStock(gateway.db, 'PRE', 5);
    expect(await found(there(10))).toEqual(['coat']);
    expect(await found(there(11))).toEqual([]);
    await gateway.db.query(
      `INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT skus.id, $1, 2 FROM skus WHERE code = 'PRE'`,
      [rows[0]?.id],
    );
    expect(await found(there(12))).toEqual(['coat']);
    expect(await found(there(13))).toEqual([]);
  });

  test('and counts find nothing promised in a channel without locations', async () => {
    const answer = z.object({
      products: z.object({ nodes: z.array(z.unknown()), totalCount: z.object({ count: z.number() }) }),
    });
    for (const quantity of [1, 2]) {
      expect(
        await gateway.read(
          answer,
          `query @inContext(channel: "nowhere") {
            products(where: { availability: SELLABLE_OR_BACKORDER, quantity: ${quantity} }) { nodes { handle } totalCount { count } } }`,
        ),
      ).toEqual({ products: { nodes: [], totalCount: { count: 0 } } });
    }
  });

  test('of a search follow a restock of what was promised, and back', async () => {
    let candidates = 0;
    const search = async (where: string): Promise<string[]> => {
      await gateway.catchUp();
      const answer = z.object({
        visualSearch: z.object({
          nodes: z.array(z.object({ handle: z.string() })),
          search: z.object({ candidates: z.number() }),
        }),
      });
      const { rows } = await gateway.db.query<{ id: number }>(
        `SELECT id FROM products WHERE handle = 'boots'`,
      );
      const { visualSearch } = await gateway.read(
        answer,
        `query ($id: ID!) { visualSearch(query: { like: [{ product: $id }] }, where: ${where}) { nodes { handle } search { candidates } } }`,
        { id: toGlobalId('Product', rows[0]?.id ?? 0) },
      );
      candidates = visualSearch.search.candidates;
      return visualSearch.nodes.map(({ handle }) => handle);
    };
    for (const code of ['BACK', 'NO', 'PRE']) await setStock(gateway.db, code, 0);
    expect(await search('{}')).toEqual([]);
    expect(await search('{ availability: SELLABLE_OR_BACKORDER }')).toContain('coat');
    await setStock(gateway.db, 'PRE', 3);
    expect(await search('{}')).toEqual(['coat']);
    expect(await availability('PRE')).toMatchObject({ sellable: true, level: 'LOW_STOCK', promised: 10 });
    await setStock(gateway.db, 'PRE', 0);
    expect(await search('{}')).toEqual([]);
    // The index knows when nothing is promised any more, and when it is again.
    await gateway.db.query(`UPDATE skus SET when_out = 'deny' WHERE code = 'BACK'`);
    expect(await search('{ availability: SELLABLE_OR_BACKORDER }')).toEqual(['coat']);
    const hold = await idOf(create(line('PRE', 10)));
    expect(await search('{ availability: SELLABLE_OR_BACKORDER }')).toEqual([]);
    expect(candidates).toBe(0);
    await send('holdRelease', { hold });
    expect(await search('{ availability: SELLABLE_OR_BACKORDER }')).toEqual(['coat']);
  });
});
