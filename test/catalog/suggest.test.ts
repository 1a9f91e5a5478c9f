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
