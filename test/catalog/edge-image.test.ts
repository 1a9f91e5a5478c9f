import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const vector = [1, 0, 0, 0];
const shows = (color: string) => ({ color: [color] });

let gateway: TestGateway;
let paris: string;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, {
      handle: 'coat',
      vectors: [vector, vector, vector],
      shows: [shows('blue'), shows('Red'), shows('green')],
      skus: [
        {
          code: 'COAT-BLUE',
          options: { color: 'blue' },
          prices: { eu: 9_000 },
          stock: { berlin: 2, paris: 0 },
        },
        {
          code: 'COAT-RED',
          options: { color: 'red' },
          prices: { eu: 5_000 },
          stock: { berlin: 0, paris: 2 },
        },
        { code: 'COAT-GREEN', options: { color: 'green' }, prices: { eu: 7_000 }, stock: { berlin: 0 } },
      ],
    });
    await seedProduct(db, {
      handle: 'cape',
      vectors: [vector],
      shows: [shows('red')],
      skus: [
        { code: 'CAPE-GREEN', options: { color: 'green' } },
        { code: 'CAPE-RED', options: { color: 'red' } },
      ],
    });
    await seedProduct(db, {
      handle: 'hat',
      vectors: [vector],
      skus: [{ code: 'HAT-RED', options: { color: 'red' } }],
    });
  });
  const { rows } = await gateway.db.query<{ id: number }>(
    `SELECT id FROM stock_locations WHERE handle = 'paris'`,
  );
  paris = toGlobalId('StockLocation', rows[0]?.id ?? 0);
});
afterAll(() => gateway.close());

const answer = z.object({
  products: z.object({
    edges: z.array(
      z.object({
        image: z.object({ id: z.string() }).nullable(),
        node: z.object({ handle: z.string(), images: z.array(z.object({ id: z.string() })) }),
      }),
    ),
  }),
});

/** By handle of the product: which of its images the list shows. */
async function pictures(where: object): Promise<Record<string, number | null>> {
  const { products } = await gateway.read(
    answer,
    'query ($where: ProductFilter) { products(where: $where) { edges { image { id } node { handle images { id } } } } }',
    { where },
  );
  return Object.fromEntries(
    products.edges.map(({ image, node: { handle, images } }) => [
      handle,
      image && images.findIndex(({ id }) => id === image.id),
    ]),
  );
}

const colored = (...values: string[]) => ({ options: [{ name: 'color', values }] });

describe('the image of a product in a list', () => {
  test('is the first one of what can be bought', async () => {
    expect(await pictures({})).toEqual({ coat: 0, cape: 0, hat: 0 });
  });

  // https://github.com/openfoodfoundation/openfoodnetwork/issues/14718, https://github.com/vtex/faststore/issues/1911
  test('has the color that the filter asks for; null where no image has it', async () => {
    expect(await pictures(colored('RED'))).toEqual({ coat: 1, cape: 0, hat: 0 });
    expect(await pictures(colored('green'))).toEqual({ cape: null });
    // Of two colors, the one that can be bought.
    expect(await pictures(colored('green', 'red'))).toEqual({ coat: 1, cape: 0, hat: 0 });
  });

  test('follows the other conditions too', async () => {
    expect(await pictures({ price: { max: '60' } })).toMatchObject({ coat: 1 });
    expect(await pictures({ location: paris })).toMatchObject({ coat: 1 });
    await gateway.db.query(`UPDATE skus SET gtin = '04006381333931' WHERE code = 'COAT-RED'`);
    expect(await pictures({ gtins: ['4006381333931'] })).toEqual({ coat: 1 });
    expect(await pictures({ location: paris, ...colored('blue') })).toEqual({});
    expect(await pictures({ availability: 'ANY', ...colored('green') })).toMatchObject({ coat: 2 });
  });

  test('changes when its color sells out', async () => {
    await setStock(gateway.db, 'COAT-BLUE', 0, 'berlin');
    expect(await pictures({})).toMatchObject({ coat: 1 });
    expect(await pictures({ availability: 'ANY' })).toMatchObject({ coat: 1 });
  });
});
