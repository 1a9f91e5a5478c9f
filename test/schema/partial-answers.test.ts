import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

// One failed field must not remove the others from the response.

const PRODUCTS = 'products(where: { brands: ["acme"] }) { nodes { handle } }';
const ANSWERED = { products: { nodes: [{ handle: 'coat' }] } };
const NO_IMAGE = '{ id: "nope" }';

let gateway: TestGateway;
let product: string;

beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    const key = await seedProduct(db, {
      handle: 'coat',
      brand: 'acme',
      vectors: [[1, 0, 0, 0]],
      skus: [{ code: 'C' }],
    });
    await seedProduct(db, { handle: 'jacket', vectors: [[0.9, 0.1, 0, 0]], skus: [{ code: 'J' }] });
    product = toGlobalId('Product', key);
  });
});
afterAll(() => gateway.close());

/** Returns the result of `ask` while a table cannot be read. */
async function without(table: string, document: string): ReturnType<TestGateway['ask']> {
  await gateway.db.query(`ALTER TABLE ${table} RENAME TO ${table}_away`);
  try {
    return await gateway.ask(document);
  } finally {
    await gateway.db.query(`ALTER TABLE ${table}_away RENAME TO ${table}`);
  }
}

describe('a query beside one that fails is answered', () => {
  test.each([
    ['visualSearch', 'visualSearch(query: { like: [{ style: "nope" }] }) { nodes { handle } }', 'NOT_FOUND'],
    ['look', `look(image: ${NO_IMAGE}) { complete }`, 'IMAGE_NOT_FOUND'],
    ['identify', `identify(image: ${NO_IMAGE}) { labels { value } }`, 'IMAGE_NOT_FOUND'],
    ['matchSku', `matchSku(image: ${NO_IMAGE}) { outcome }`, 'IMAGE_NOT_FOUND'],
    ['more', 'more: products(first: 0) { nodes { handle } }', 'BAD_USER_INPUT'],
    ['product', 'product { handle }', 'BAD_USER_INPUT'],
    ['sku', 'sku { code }', 'BAD_USER_INPUT'],
    ['skus', `skus(codes: ${JSON.stringify(Array<string>(251).fill('C'))}) { code }`, 'BAD_USER_INPUT'],
    ['boards', 'boards(after: "nope") { nodes { title } }', 'INVALID_CURSOR'],
    ['imageJobs', 'imageJobs { nodes { link } }', 'UNAUTHENTICATED'],
    ['quarantinedImages', 'quarantinedImages { nodes { link } }', 'UNAUTHENTICATED'],
    ['nodes', `nodes(ids: ${JSON.stringify(Array<string>(101).fill('x'))}) { id }`, 'BAD_USER_INPUT'],
  ])('%s', async (name, field, code) => {
    const { data, errors } = await gateway.ask(`{ ${PRODUCTS} ${field} }`);
    expect(data).toEqual({ ...ANSWERED, [name]: null });
    expect(errors).toEqual([expect.objectContaining({ code })]);
  });

  test.each([
    ['categories', 'categories', 'categories { handle }'],
    ['holds', 'hold', `hold(id: "${toGlobalId('Hold', '00000000-0000-0000-0000-000000000000')}") { status }`],
    [
      'boards',
      'board',
      `board(id: "${toGlobalId('Board', '00000000-0000-0000-0000-000000000000')}") { title }`,
    ],
    ['product_attributes', 'styles', 'styles { handle }'],
  ])('without %s: %s', async (table, name, field) => {
    const { data, errors } = await without(table, `{ channel { handle } ${field} }`);
    expect(data).toEqual({ channel: { handle: 'eu' }, [name]: null });
    expect(errors).toEqual([expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' })]);
  });

  test('so is each entry of nodes', async () => {
    const board = toGlobalId('Board', '00000000-0000-0000-0000-000000000000');
    const { data, errors } = await without('boards', `{ nodes(ids: ["${board}", "${product}"]) { id } }`);
    expect(data).toEqual({ nodes: [null, { id: product }] });
    expect(errors).toEqual([expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' })]);
  });
});

describe('a field beside one that fails is answered', () => {
  test('of a product: its SKUs, their locations, and the URL of its image', async () => {
    const { data, errors } = await gateway.ask(`{ products(where: { brands: ["acme"] }) { nodes {
      title
      skus(where: { price: { min: "2", max: "1" } }) { code }
      all: skus { code availability { sellable locations(first: 0) { quantity } } }
      featuredImage { width url(width: 0) }
    } } }`);
    const all = [{ code: 'C', availability: { sellable: true, locations: null } }];
    const image = { width: 4, url: null };
    expect(data).toEqual({ products: { nodes: [{ title: 'coat', skus: null, all, featuredImage: image }] } });
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('BAD_USER_INPUT'));
  });

  test.each([
    ['entity_links', 'facts { value }', 'facts'],
    ['shown_images', 'images { width }', 'images'],
    ['product_attributes', 'attributes { value }', 'attributes'],
    ['categories', 'category { name }', 'category'],
  ])('of a product without %s: the others', async (table, field, name) => {
    const { data, errors } = await without(table, `{ product(handle: "coat") { title ${field} } }`);
    expect(data).toEqual({ product: { title: 'coat', [name]: null } });
    expect(errors).toEqual([expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' })]);
  });

  test('of a board: its palette', async () => {
    const made = await gateway.ask('mutation { boardCreate(input: { title: "Winter" }) { board { id } } }');
    const { id } = z
      .object({ boardCreate: z.object({ board: z.object({ id: z.string() }) }) })
      .parse(made.data).boardCreate.board;
    const { data, errors } = await without('pins', `{ board(id: "${id}") { title palette } }`);
    expect(data).toEqual({ board: { title: 'Winter', palette: null } });
    expect(errors).toEqual([expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' })]);
  });

  test('of a product: what is similar to it', async () => {
    const { data, errors } = await gateway.ask(
      '{ product(handle: "coat") { title similar(first: 0) { nodes { title } } } }',
    );
    expect(data).toEqual({ product: { title: 'coat', similar: null } });
    expect(errors).toEqual([expect.objectContaining({ code: 'BAD_USER_INPUT' })]);
  });

  test('of a board: its ideas, and its pins', async () => {
    const { data, errors } = await gateway.ask(`mutation { boardCreate(input: { title: "Autumn" }) {
      board { title ideas(where: { price: { min: "2", max: "1" } }) { nodes { title } } pins(after: "nope") { nodes { id } } } } }`);
    expect(data).toEqual({ boardCreate: { board: { title: 'Autumn', ideas: null, pins: null } } });
    expect(errors.map(({ code }) => code).sort()).toEqual(['BAD_USER_INPUT', 'INVALID_CURSOR']);
  });

  const search = (selection: string): string =>
    `{ visualSearch(query: { like: [{ product: "${product}" }] }) { search { dropped } ${selection} } }`;

  test('of a search: its facets', async () => {
    const { data, errors } = await without('categories', search('nodes { handle } facets { name }'));
    expect(data).toEqual({
      visualSearch: { search: { dropped: 0 }, nodes: [{ handle: 'jacket' }], facets: null },
    });
    expect(errors).toEqual([expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' })]);
  });
});

test.each([
  ['productsUpsert', 'products: []'],
  ['productsDelete', 'handles: []'],
  ['pricesSet', 'entries: []'],
  ['stockSet', 'entries: []'],
  ['stockAdjust', 'entries: []'],
])('a mutation beside %s without its API key is answered', async (name, input) => {
  const { data, errors } = await gateway.ask(`mutation {
    ${name}(input: { ${input} }) { userErrors { code } }
    boardCreate(input: { title: "Autumn" }) { board { title } }
  }`);
  expect(data).toEqual({ [name]: null, boardCreate: { board: { title: 'Autumn' } } });
  expect(errors).toEqual([expect.objectContaining({ code: 'UNAUTHENTICATED' })]);
});
