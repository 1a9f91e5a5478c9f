import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const TITLES = {
  jacket: '赤いジャケット メンズ',
  shirt: 'Ｔシャツ 白',
  dress: '红色连衣裙',
  tee: 'เสื้อยืดสีแดง',
  hat: 'Großer Hut für İstanbul',
  scarf: 'Foulard léger à carreaux',
  jeans: 'Levis-501 Jeans red/blue',
  sweater: 'Σκούρο μπλε πουλόβερ ΟΣ',
  coat: 'Łódź coat by Ærø',
  hanbok: '한복 저고리',
  event: '無観客有料配信イベント定期公演',
  swing: 'Huśtawka CVE-2026-2332',
  sweat: 'Crew Sweat',
  knit: 'Knitted Sweater',
  real: 'Real',
  really: 'Really',
};

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    for (const [handle, title] of Object.entries(TITLES)) {
      await seedProduct(db, { handle, title, vectors: [[1, 0, 0, 0]], skus: [{ code: handle }] });
    }
  });
});
afterAll(() => gateway.close());

const found = z.object({
  products: z.object({ nodes: z.array(z.object({ handle: z.string() })) }),
  visualSearch: z.object({ nodes: z.array(z.object({ handle: z.string() })) }),
});

/** The handles that the list finds, and those of the search by the same words. */
async function find(text: string): Promise<{ listed: string[]; searched: string[] }> {
  const { products, visualSearch } = await gateway.read(
    found,
    `query ($text: String!) {
      products(text: $text, sort: RELEVANCE) { nodes { handle } }
      visualSearch(query: { like: [], text: $text }) { nodes { handle } }
    }`,
    { text },
  );
  return {
    listed: products.nodes.map(({ handle }) => handle),
    searched: visualSearch.nodes.map(({ handle }) => handle),
  };
}

describe('scripts without spaces between words', () => {
  test.each([
    ['ジャケット', 'jacket'],
    ['赤い', 'jacket'],
    ['赤', 'jacket'],
    // Two words of the title, in another order.
    ['メンズジャケット', 'jacket'],
    ['シャツ', 'shirt'],
    ['Tシャツ', 'shirt'],
    // Half-width katakana.
    ['ｼｬﾂ', 'shirt'],
    ['连衣裙', 'dress'],
    ['红色', 'dress'],
    ['เสื้อ', 'tee'],
    ['สีแดง', 'tee'],
    ['저고리', 'hanbok'],
    // https://github.com/meilisearch/meilisearch/issues/4162
    ['有料配信', 'event'],
    ['イベント', 'event'],
  ])('%s finds the %s', async (text, handle) => {
    expect(await find(text)).toEqual({ listed: [handle], searched: [handle] });
  });

  test('characters apart from each other are no word', async () => {
    expect(await find('ジット')).toEqual({ listed: [], searched: [] });
    // Another vowel is another word.
    expect(await find('สาแดง')).toMatchObject({ listed: [] });
  });

  test('quotation marks, and words to leave out', async () => {
    expect((await find('「赤いジャケット」')).listed).toEqual(['jacket']);
    expect((await find('“ジャケット赤い”')).listed).toEqual([]);
    expect((await find('ジャケット -メンズ')).listed).toEqual([]);
    expect((await find('ジャケット -シャツ')).listed).toEqual(['jacket']);
  });
});

describe('one form for what shoppers write in several', () => {
  test.each([
    ['grosser', 'hat'],
    ['GROẞER', 'hat'],
    ['istanbul', 'hat'],
    ['İSTANBUL', 'hat'],
    ['fur', 'hat'],
    ['leger', 'scarf'],
    // Decomposed: e with a combining accent.
    ['le\u0301ger', 'scarf'],
    ['ｆｏｕｌａｒｄ', 'scarf'],
    ['σκουρο', 'sweater'],
    ['ος', 'sweater'],
    ['lodz', 'coat'],
    ['aero', 'coat'],
    // https://github.com/open-mercato/open-mercato/issues/6074
    ['hustawka', 'swing'],
    // https://github.com/mattermost/mattermost/pull/38033
    ['2332', 'swing'],
  ])('%s finds the %s', async (text, handle) => {
    expect(await find(text)).toEqual({ listed: [handle], searched: [handle] });
  });

  // Postgres takes "-501" for a number, and "red/blue" for a path.
  test.each(['501', 'levis 501', 'levis-501', 'red', 'blue', 'red/blue'])(
    '%s finds the jeans',
    async (text) => {
      expect(await find(text)).toEqual({ listed: ['jeans'], searched: ['jeans'] });
    },
  );

  // https://github.com/1Panel-dev/MaxKB/pull/6649: Postgres takes each for a negation of the next.
  test.each(['- '.repeat(100), '-'.repeat(200), `${'- '.repeat(90)}coat`, `${'-'.repeat(90)}coat`])(
    'minus signs without a word mean nothing: %s',
    async (text) => {
      await expect(find(text)).resolves.toBeDefined();
    },
  );

  test('typos are mended without regard to accents', async () => {
    expect((await find('foullard lèger')).listed).toEqual(['scarf']);
  });

  // https://github.com/wolfgarbe/SymSpell/issues/5: "realy" became "real".
  test.each([
    ['sweatr', 'knit'],
    ['sweeat', 'sweat'],
    ['realy', 'really'],
  ])('of words as near to a typo, the one that ends as it does is meant: %s', async (typo, handle) => {
    expect((await find(typo)).listed[0]).toEqual(handle);
  });
});
