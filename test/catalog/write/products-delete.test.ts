import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { openWrittenCatalog, type Input, type WrittenCatalog } from './support.js';

let catalog: WrittenCatalog;
beforeAll(async () => {
  catalog = await openWrittenCatalog();
});
afterAll(() => catalog.gateway.close());
beforeEach(() => catalog.reset());

describe('productsDelete', () => {
  const idOf = async (handle: string): Promise<string> => {
    const [row] = z
      .array(z.object({ id: z.number() }))
      .parse(await catalog.rows(`SELECT id FROM products WHERE handle = '${handle}'`));
    return Buffer.from(`Product:${row?.id ?? 0}`).toString('base64');
  };

  test('deletes by handle or by id, with all that belongs to the products', async () => {
    await catalog.upsert([
      { handle: 'hat', title: 'A hat', images: [{ url: 'https://shop.example/hat.jpg' }] },
    ]);
    const [coat, hat] = [await idOf('coat'), await idOf('hat')];
    expect(await catalog.remove({ handles: ['hat'] })).toEqual({ deletedIds: [hat], userErrors: [] });
    expect(await catalog.remove({ ids: [coat] })).toEqual({ deletedIds: [coat], userErrors: [] });
    expect(
      await catalog.rows(`SELECT (SELECT count(*)::int FROM products) AS products, (SELECT count(*)::int FROM skus) AS skus,
        (SELECT count(*)::int FROM stock_levels) AS levels, (SELECT count(*)::int FROM image_jobs) AS jobs`),
    ).toEqual([{ products: 0, skus: 0, levels: 0, jobs: 0 }]);
    expect(
      await catalog.rows(
        'SELECT DISTINCT actor FROM stock_ledger WHERE delta < 0 AND sku_id NOT IN (SELECT id FROM skus) ORDER BY 1',
      ),
    ).toContainEqual({ actor: 'erp' });
  });

  test('answers a retry the same', async () => {
    const one = await catalog.remove({ handles: ['coat'], idempotencyKey: 'delete-1' });
    expect(await catalog.remove({ handles: ['coat'], idempotencyKey: 'delete-1' })).toEqual(one);
    expect(one.deletedIds).toHaveLength(1);
  });

  test('keeps what is in an active hold, and all that was to go with it', async () => {
    await catalog.upsert([{ handle: 'hat', title: 'A hat' }]);
    await catalog.hold('C-M');
    expect(await catalog.remove({ handles: ['hat', 'coat'] })).toEqual({
      deletedIds: [],
      userErrors: [
        {
          code: 'IN_HOLD',
          field: ['handles', '1'],
          message: expect.stringMatching(/"C-M" is in an active hold until 20\d\d-.*Z/),
        },
      ],
    });
    expect(await catalog.rows('SELECT handle FROM products ORDER BY 1')).toEqual([
      { handle: 'coat' },
      { handle: 'hat' },
    ]);
    await catalog.expireHolds();
    expect((await catalog.remove({ handles: ['hat', 'coat'] })).deletedIds).toHaveLength(2);
  });

  test.each<[what: string, input: Input, errors: [code: string, field: string | null][]]>([
    ['neither handles nor ids', {}, [['BAD_USER_INPUT', null]]],
    ['both', { handles: ['coat'], ids: ['x'] }, [['BAD_USER_INPUT', null]]],
    ['nothing', { handles: [] }, [['BAD_USER_INPUT', 'handles']]],
    [
      '251',
      { handles: Array.from({ length: 251 }, (_, index) => `p-${index}`) },
      [['BAD_USER_INPUT', 'handles']],
    ],
    ['one twice', { handles: ['coat', 'coat'] }, [['BAD_USER_INPUT', 'handles.1']]],
    ['what is not there', { handles: ['coat', 'none', 'a\0'] }, [['NOT_FOUND', 'handles.2']]],
    ['what is not there, by its handle', { handles: ['coat', 'none'] }, [['NOT_FOUND', 'handles.1']]],
    ['an id of something else', { ids: [Buffer.from('Sku:1').toString('base64')] }, [['NOT_FOUND', 'ids.0']]],
  ])('refuses %s', async (_what, input, errors) => {
    const answer = await catalog.remove(input);
    expect(answer.userErrors.map(({ code, field }) => [code, field?.join('.') ?? null])).toEqual(errors);
    expect(answer.deletedIds).toEqual([]);
    expect(await catalog.rows('SELECT handle FROM products')).toEqual([{ handle: 'coat' }]);
  });

  test('and upserts and holds at once end in order', async () => {
    for (let round = 0; round < 5; round += 1) {
      const code = `R-${round}`;
      const product = { handle: `race-${round}`, title: 'R', skus: [{ code }] };
      await catalog.upsert([product]);
      await catalog.gateway.db.query(
        `WITH sku AS (SELECT id FROM skus WHERE code = $1), priced AS (
           INSERT INTO prices (price_list_id, sku_id, amount) SELECT price_lists.id, sku.id, 100 FROM price_lists, sku)
         INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT sku.id, stock_locations.id, 3
         FROM sku, stock_locations`,
        [code],
      );
      await Promise.all([
        catalog.remove({ handles: [product.handle] }),
        catalog.upsert([{ ...product, skus: [] }]),
        catalog.hold(code),
        catalog.upsert([product]),
        catalog.hold(code),
      ]);
      expect(await catalog.rows('SELECT FROM held_drift')).toEqual([]);
      expect(
        await catalog.rows(`SELECT FROM hold_lines WHERE active AND sku_id NOT IN (SELECT id FROM skus)`),
      ).toEqual([]);
    }
  });
});
