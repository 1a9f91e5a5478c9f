import { composeServices } from '@apollo/composition';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { createSchema } from '../../src/app/schema.js';
import { asSubgraph } from '../../src/app/subgraph.js';
import { requiredScope } from '../../src/graph/requires.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { statementsDuring } from '../support/statements.js';

/** A subgraph that refers to the products and SKUs of this one, and has pages of its own. */
const REVIEWS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query { latestReviews: [Review!] }
  type Review @key(fields: "id") { id: ID! stars: Int! product: Product! sku: Sku }
  type Product @key(fields: "id") { id: ID! reviews: ReviewConnection }
  type Sku @key(fields: "id", resolvable: false) { id: ID! }
  type ReviewConnection { nodes: [Review!]! pageInfo: PageInfo! }
  type PageInfo @shareable {
    hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
  }
`;

let gateway: TestGateway;
const ids: Record<string, string> = {};

beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      for (const handle of ['tee', 'cap']) {
        const key = await seedProduct(db, {
          handle,
          skus: [{ code: handle.toUpperCase(), prices: { eu: 1_990 } }],
        });
        ids[handle] = toGlobalId('Product', key);
      }
      const { rows } = await db.query<{ id: number; code: string }>('SELECT id, code FROM skus');
      for (const { id, code } of rows) ids[code] = toGlobalId('Sku', id);
    },
    { subgraph: true },
  );
});
afterAll(() => gateway.close());

const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Product { id handle skus { code } } ... on Sku { id code price { amount } } } }`;

const sdlOf = async (): Promise<string> =>
  (await gateway.read(z.object({ _service: z.object({ sdl: z.string() }) }), '{ _service { sdl } }'))._service
    .sdl;

test('its schema composes, alone and with a subgraph that refers to products and SKUs', async () => {
  const shop = { name: 'shop', url: 'http://shop', typeDefs: parse(await sdlOf()) };
  const reviews = { name: 'reviews', url: 'http://reviews', typeDefs: parse(REVIEWS) };
  for (const services of [[shop], [shop, reviews]]) {
    const { errors, supergraphSdl } = composeServices(services);
    expect(errors?.map(({ message }) => message)).toBeUndefined();
    for (const type of ['Product', 'Sku']) {
      const [head = ''] = new RegExp(`^type ${type}\\b[^{]*`, 'm').exec(supergraphSdl ?? '') ?? [];
      expect(head).toContain('@join__type(graph: SHOP, key: "id")');
    }
    // So that the router enforces the same costs.
    expect(supergraphSdl).toMatch(/VisualMatchConnection [^\n]*@cost\(weight: 300\)/);
    expect(supergraphSdl).toMatch(
      /VisualMatchConnection [^\n]*@listSize\([^\n]*slicingArguments: \["first"\]/,
    );
  }
});

test('entities are answered in the order of their representations, by a statement for each kind', async () => {
  const refer = (name: string): object => ({
    __typename: name === name.toUpperCase() ? 'Sku' : 'Product',
    id: ids[name],
  });
  const representations = [
    refer('CAP'),
    refer('tee'),
    refer('tee'),
    { __typename: 'Product', id: toGlobalId('Product', 999) },
    // An id of another type, and a field that a router may add.
    { __typename: 'Product', id: ids['TEE'] },
    { ...refer('cap'), handle: 'other' },
  ];
  const tee = { __typename: 'Product', id: ids['tee'], handle: 'tee', skus: [{ code: 'TEE' }] };
  const statements = await statementsDuring(async () => {
    const { data, errors } = await gateway.ask(ENTITIES, { representations });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      _entities: [
        { __typename: 'Sku', id: ids['CAP'], code: 'CAP', price: { amount: '19.90' } },
        tee,
        tee,
        null,
        null,
        { ...tee, id: ids['cap'], handle: 'cap', skus: [{ code: 'CAP' }] },
      ],
    });
  });
  expect(statements.sort()).toEqual(['product.byKey', 'sku.byKey', 'sku.byProduct']);
});

test.each([
  [{ __typename: 'Hold', id: 'x' }],
  [{ __typename: 'Product' }],
  [{ id: 'x' }],
  ['Product'],
  [{ __typename: 'Sku', id: 5 }],
])('the representation %j fails alone', async (wrong) => {
  const representations = [wrong, { __typename: 'Product', id: ids['tee'] }];
  const { data, errors } = await gateway.ask(ENTITIES, { representations });
  expect(data).toMatchObject({ _entities: [null, { handle: 'tee' }] });
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
});

test('the market of the request counts', async () => {
  const representations = [{ __typename: 'Product', id: ids['tee'] }];
  const inUs = ENTITIES.replace(') {', ') @inContext(channel: "us") {');
  // It has no price there.
  expect((await gateway.ask(inUs, { representations })).data).toEqual({ _entities: [null] });
});

test('too many entities are refused by their cost and by their number', async () => {
  const many = (count: number): Record<string, unknown> => ({
    representations: Array.from({ length: count }, () => ({ __typename: 'Product', id: ids['tee'] })),
  });
  expect((await gateway.ask(ENTITIES, many(9_900))).errors).toMatchObject([{ code: 'COST_EXCEEDED' }]);
  expect(
    (
      await gateway.ask(
        'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
        many(1_001),
      )
    ).errors,
  ).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringContaining('1000 at a time') }]);
});

// Failed on 2026-11-28: entities were answered without the scope, and a null answer cost almost nothing.
test('its root fields check scopes as others do, and a failed one is paid for', async () => {
  const representations = [{ __typename: 'Product', id: ids['tee'] }];
  const secret = await seedApiKey(gateway.db, { scopes: ['boards'] });
  const refused = await gateway.ask(ENTITIES, { representations }, secret);
  expect(refused.data ?? null).toBeNull();
  expect(refused.errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  const subgraph = asSubgraph(createSchema());
  for (const field of Object.values(subgraph.getQueryType()?.getFields() ?? {}))
    expect(() => requiredScope('Query', field, true)).not.toThrow();
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query: ENTITIES, variables: { representations: Array(1_001).fill(1) } },
  });
  const { data, extensions } = response.json<{
    data: null;
    extensions: { cost: { requested: number; actual: number } };
  }>();
  expect(data).toBeNull();
  expect(extensions.cost.actual).toBe(extensions.cost.requested);
});

test('without the setting there is nothing of it', async () => {
  const plain = await startTestGateway(async () => undefined, { beside: gateway });
  const { errors } = await plain.ask('{ _service { sdl } }');
  expect(errors).toMatchObject([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
  await plain.close();
});
