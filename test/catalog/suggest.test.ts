import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const vectors = [[1, 0, 0, 0]];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    const seed = (handle: string, title: string, brand: string): Promise<number> =>
      seedProduct(db, { handle, title, brand, vectors, skus: [{ code: handle }] });
    await seed('wool-dress', 'Woolen Dress with Stripes', 'dressler');
    await seed('silk-dress', 'Silk dress', 'alder');
    await seed('crepe', 'Robe en crêpe', 'alder');
    await seed('drape', 'Draped top', 'alder');
    await seed('jacket', '赤いジャケット', 'alder');
    await seed('gone', 'Dressage boots', 'dressage');
    await setStock(db, 'gone', 0);
  });
});
afterAll(() => gateway.close());

const named = z.array(z.object({ handle: z.string() }));
const suggestions = z.object({
  suggest: z.object({ texts: z.array(z.string()), products: named, brands: named, categories: named }),
});

async function suggest(text: string, first?: number) {
  const { suggest: found } = await gateway.read(
    suggestions,
    `query ($text: String!, $first: Int) { suggest(text: $text, first: $first) {
      texts products { handle } brands { handle } categories { handle } } }`,
    { text, first },
  );
  const handles = (entries: z.infer<typeof named>): string[] => entries.map(({ handle }) => handle);
  return {
    texts: found.texts,
    products: handles(found.products),
    brands: handles(found.brands),
    categories: handles(found.categories),
  };
}

describe('suggestions while a text is typed', () => {
  test('complete the last word, and find what has it', async () => {
    expect(await suggest('dr')).toMatchObject({
      texts: ['dress', 'draped'],
      products: ['wool-dress', 'silk-dress', 'drape'],
      brands: ['dressler'],
    });
    expect(await suggest('silk dr')).toMatchObject({
      texts: ['silk dress'],
      products: ['silk-dress'],
      brands: [],
    });
    expect((await suggest('Silk, DRE')).texts).toEqual(['Silk, dress']);
    expect((await suggest('dr', 1)).texts).toEqual(['dress']);
    // https://github.com/DestinyItemManager/DIM/issues/4487: what is typed already is no suggestion.
    expect((await suggest('dress')).texts).toEqual([]);
    // Words before it are mended.
    expect(await suggest('wollen dr')).toMatchObject({ texts: ['woolen dress'], products: ['wool-dress'] });
  });

  test('follow each keystroke to the end of a word, whatever its stem', async () => {
    for (const text of [
      'dress',
      'dresse',
      'dresses',
      'stri',
      'stripe',
      'striped',
      'wool',
      'woole',
      'woolen',
    ]) {
      expect([text, (await suggest(text)).products]).toEqual([text, expect.arrayContaining(['wool-dress'])]);
    }
  });

  test('show nothing that is sold out', async () => {
    expect(await suggest('dressag')).toEqual({ texts: [], products: [], brands: [], categories: [] });
    expect((await suggest('boots')).products).toEqual([]);
  });

  test('know accents and other scripts', async () => {
    expect(await suggest('crep')).toMatchObject({ texts: ['crêpe'], products: ['crepe'] });
    expect((await suggest('赤いジャ')).products).toEqual(['jacket']);
  });

  test('a word that is complete is not completed', async () => {
    expect(await suggest('dress ')).toMatchObject({ texts: [], products: ['wool-dress', 'silk-dress'] });
  });

  test.each(['', ' ', '%', "'", '"', '-', '\\', ':*', 'the', '-dr', "o'n", '(a|b)&!c:*'])(
    'take %j for what it is',
    async (text) => {
      await expect(suggest(text)).resolves.toBeDefined();
    },
  );

  test('are few', async () => {
    const ask = 'query ($text: String!, $first: Int) { suggest(text: $text, first: $first) { texts } }';
    expect((await gateway.ask(ask, { text: 'd', first: 21 })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: 'first is 21: it must be from 1 to 20.' },
    ]);
    expect((await gateway.ask(ask, { text: 'a'.repeat(201) })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);
  });
});

test('products of long texts take no longer, and are ranked by their titles', async () => {
  // As many attributes as a product may have, whose words all begin alike.
  await gateway.db.query(`
    WITH word AS (
      SELECT string_agg('zqa' || lpad(n::text, 5, '0'), ' ') AS words FROM generate_series(1, 2100) AS n
    ), product AS (
      INSERT INTO products (handle, title, category_id, keywords)
      SELECT 'long-' || n, CASE n WHEN 100 THEN 'Zqaba coat' ELSE 'Long ' || n END,
        (SELECT min(id) FROM categories), CASE n WHEN 100 THEN '' ELSE (SELECT words FROM word) END
      FROM generate_series(1, 100) AS n RETURNING id, handle
    ), sku AS (
      INSERT INTO skus (product_id, code) SELECT id, handle FROM product RETURNING id
    ), price AS (
      INSERT INTO prices (price_list_id, sku_id, amount)
      SELECT list.id, sku.id, 1000 FROM sku, price_lists list WHERE list.handle = 'eu' RETURNING sku_id
    )
    INSERT INTO stock_levels (sku_id, location_id, on_hand)
    SELECT sku_id, location.id, 5 FROM price, stock_locations location WHERE location.handle = 'berlin'`);
  const msOf = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  const everyWord = async (): Promise<unknown> =>
    gateway.db.query(`SELECT count(DISTINCT fold_text(word))
      FROM products CROSS JOIN regexp_split_to_table(keywords, ' ') AS word`);
  const found = await suggest('zqa');
  const ratios: number[] = [];
  for (let round = 0; round < 2; round += 1)
    ratios.push((await msOf(() => suggest('zqa'))) / (await msOf(everyWord)));
  // Not all of the words are read. Of the rounds, the least disturbed one counts.
  expect(Math.min(...ratios)).toBeLessThan(0.5);
  expect(found.texts).toHaveLength(6);
  expect(found.products[0]).toBe('long-100');
});
