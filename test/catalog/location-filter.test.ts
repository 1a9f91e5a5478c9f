import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let query: string;
let locations: Record<string, string>;
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    const key = await seedProduct(db, { handle: 'query', vectors: [[1, 0, 0, 0]] });
    query = toGlobalId('Product', key);
    const size = (value: string): Record<string, string> => ({ size: value });
    // M is in Berlin, and two of S are in Paris: M in Paris matches neither.
    await seedProduct(db, {
      handle: 'apart',
      vectors: [[1, 0.1, 0, 0]],
      skus: [
        { code: 'APART-M', options: size('M'), stock: { berlin: 5, paris: 0 } },
        { code: 'APART-S', options: size('S'), stock: { paris: 2 } },
      ],
    });
    // One at each location: neither has two.
    await seedProduct(db, {
      handle: 'spread',
      vectors: [[1, 0.2, 0, 0]],
      skus: [{ code: 'SPREAD-M', options: size('M'), stock: { berlin: 1, paris: 1 } }],
    });
    await seedProduct(db, {
      handle: 'paris',
      vectors: [[1, 0.3, 0, 0]],
      skus: [{ code: 'PARIS-M', options: size('M'), stock: { paris: 2 } }],
    });
    await seedProduct(db, {
      handle: 'late',
      vectors: [[1, 0.4, 0, 0]],
      skus: [{ code: 'LATE-M', options: size('M'), stock: { paris: 0 }, whenOut: 'backorder' }],
    });
  });
  const { rows } = await gateway.db.query<{ id: number; handle: string }>(
    `SELECT id, handle FROM stock_locations`,
  );
  locations = Object.fromEntries(rows.map(({ id, handle }) => [handle, toGlobalId('StockLocation', id)]));
});
afterAll(() => gateway.close());

const found = z.object({
  visualSearch: z.object({
    edges: z.array(
      z.object({ node: z.object({ handle: z.string() }), skus: z.array(z.object({ code: z.string() })) }),
    ),
    search: z.object({ dropped: z.number(), candidates: z.number() }),
  }),
  products: z.object({ nodes: z.array(z.object({ handle: z.string() })) }),
});
const SEARCH = `query ($query: VisualQueryInput!, $where: ProductFilter) {
  visualSearch(query: $query, where: $where) {
    edges { node { handle } skus { code } }
    search { dropped candidates }
  }
  products(where: $where) { nodes { handle } }
}`;

/** The handles that both return, the search first; and the SKUs of the search. */
async function search(where: object): Promise<{ handles: string[]; codes: string[]; candidates: number }> {
  const { visualSearch, products } = await gateway.read(found, SEARCH, {
    query: { like: [{ product: query }] },
    where,
  });
  const handles = visualSearch.edges.map(({ node }) => node.handle);
  const listed = products.nodes.map(({ handle }) => handle).filter((handle) => handle !== 'query');
  expect([...listed].sort()).toEqual([...handles].sort());
  return {
    handles,
    codes: visualSearch.edges.flatMap(({ skus }) => skus.map(({ code }) => code)),
    candidates: visualSearch.search.candidates,
  };
}

const M = [{ name: 'size', values: ['M'] }];

describe('sellable at a location', () => {
  test('means what that location has', async () => {
    expect((await search({ location: locations['paris'] })).handles).toEqual(['apart', 'spread', 'paris']);
    expect((await search({ location: locations['berlin'] })).handles).toEqual(['apart', 'spread']);
  });

  test('with a size and a number: of one SKU, at that place', async () => {
    const { handles, codes } = await search({ location: locations['paris'], options: M, quantity: 2 });
    expect(handles).toEqual(['paris']);
    expect(codes).toEqual(['PARIS-M']);
    expect((await search({ options: M, quantity: 2 })).handles).toEqual(['apart', 'spread', 'paris']);
  });

  test('or to be ordered, and whatever the stock', async () => {
    const paris = locations['paris'];
    const orderable = await search({ location: paris, availability: 'SELLABLE_OR_BACKORDER', options: M });
    expect(orderable.handles).toEqual(['spread', 'paris', 'late']);
    const any = await search({ location: paris, availability: 'ANY', options: M });
    expect(any.handles).toEqual(['apart', 'spread', 'paris', 'late']);
  });

  test('the index narrows it, and follows what moves between places', async () => {
    await gateway.catchUp();
    expect((await search({ location: locations['berlin'] })).candidates).toBe(2);
    await setStock(gateway.db, 'SPREAD-M', 0, 'berlin');
    await gateway.catchUp();
    expect(await search({ location: locations['berlin'] })).toMatchObject({
      handles: ['apart'],
      candidates: 1,
    });
    await setStock(gateway.db, 'SPREAD-M', 1, 'berlin');
    await gateway.catchUp();
    expect((await search({ location: locations['berlin'] })).handles).toEqual(['apart', 'spread']);
  });

  test('held units are not there', async () => {
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM skus WHERE code = 'PARIS-M'`);
    const input = {
      lines: [{ sku: toGlobalId('Sku', rows[0]?.id ?? 0) }],
      location: locations['paris'],
      seconds: 60,
    };
    const document = `mutation ($input: HoldCreateInput!) { holdCreate(input: $input) { hold { id } } }`;
    expect((await gateway.ask(document, { input })).errors).toEqual([]);
    expect((await search({ location: locations['paris'], options: M, quantity: 2 })).handles).toEqual([]);
    expect((await search({ location: locations['paris'], options: M })).handles).toEqual(['spread', 'paris']);
  });
});

test.each([
  ['an id that is none', () => 'paris', 'BAD_USER_INPUT'],
  ['an id of something else', () => query, 'BAD_USER_INPUT'],
  ['a location of another channel', () => locations['newyork'], 'NOT_FOUND'],
])('%s is refused', async (_what, location, code) => {
  const { errors } = await gateway.ask(SEARCH, {
    query: { like: [{ product: query }] },
    where: { location: location() },
  });
  expect(new Set(errors.map((error) => error.code))).toEqual(new Set([code]));
});
