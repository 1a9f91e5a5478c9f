import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { readConfig } from '../../src/config.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openClient, subscribe } from '../support/subscriptions.js';

/** A gateway whose catalog is only for callers with a key, and one that has no boards for others. */
let closed: TestGateway;
let boardsOnly: TestGateway;
beforeAll(async () => {
  closed = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      await seedProduct(db, { handle: 'shirt', vectors: [[1, 0, 0, 0]], skus: [{ code: 'S' }] });
    },
    { anonymousScopes: new Set(), guestLimits: { holds: 0 } },
  );
  boardsOnly = await startTestGateway(() => Promise.resolve(), {
    beside: closed,
    anonymousScopes: new Set(['boards']),
  });
});
afterAll(async () => {
  await boardsOnly.close();
  await closed.close();
});

const id = (type: string): string => toGlobalId(type, 1);
const image = '{ id: "aW1hZ2U" }';

describe('without catalog:read, callers without a key are refused', () => {
  test.each([
    'categories { name }',
    'channel { handle }',
    `identify(image: ${image}) { labels { value } }`,
    `look(image: ${image}) { items { box { x } } }`,
    `matchSku(image: ${image}) { outcome }`,
    `node(id: "${id('Product')}") { id }`,
    `node(id: "${id('Brand')}") { id }`,
    `node(id: "${id('Nothing')}") { id }`,
    'product(handle: "shirt") { title }',
    'products { nodes { title } }',
    'sku(code: "S") { code }',
    'skus(codes: ["S"]) { code }',
    'styles { handle }',
    `visualSearch(query: { like: [{ product: "${id('Product')}" }] }) { nodes { title } }`,
    'boards { nodes { id } }',
    `board(id: "${id('Board')}") { id }`,
    `node(id: "${id('Board')}") { id }`,
    `node(id: "${id('Pin')}") { id }`,
    'imageJobs { nodes { link } }',
    'quarantinedImages { nodes { link } }',
  ])('%s', async (field) => {
    const { errors } = await closed.ask(`{ ${field} }`);
    expect(errors).toEqual([
      { code: 'UNAUTHENTICATED', message: expect.stringContaining('npx vitrine keys create NAME --scope') },
    ]);
  });

  test('nodes, each by itself', async () => {
    const ids = [id('Product'), id('Sku')];
    const { errors } = await closed.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(errors.map(({ code }) => code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  test('a subscription', async () => {
    const client = openClient(await closed.listen());
    const watch = subscribe(client, `subscription { availabilityChanged(skus: ["${id('Sku')}"]) { code } }`);
    expect((await watch.next())?.errors).toEqual([
      { code: 'UNAUTHENTICATED', message: expect.stringContaining('catalog:read') },
    ]);
    await client.dispose();
  });
});

test('with VITRINE_GUEST_HOLDS=0, only a key with holds:create holds', async () => {
  const hold = `mutation ($sku: ID!) { holdCreate(input: { lines: [{ sku: $sku }] }) { userErrors { code } } }`;
  const codes = async (secret?: string): Promise<string[]> =>
    (await closed.ask(hold, { sku: id('Sku') }, secret)).errors.map(({ code }) => code);
  expect(await codes()).toEqual(['UNAUTHENTICATED']);
  expect(await codes(await seedApiKey(closed.db, { scopes: ['catalog:read'] }))).toEqual(['FORBIDDEN']);
  expect(await codes(await seedApiKey(closed.db, { scopes: ['holds:create'] }))).toEqual([]);
  const told = '{ channel { holdSeconds maxHoldSeconds } }';
  const reader = await seedApiKey(closed.db, { scopes: ['catalog:read'] });
  expect((await closed.ask(told, {}, reader)).data).toEqual({
    channel: { holdSeconds: null, maxHoldSeconds: null },
  });
  const holder = await seedApiKey(closed.db, { scopes: ['catalog:read', 'holds:create'] });
  expect((await closed.ask(told, {}, holder)).data).toEqual({
    channel: { holdSeconds: 600, maxHoldSeconds: 3_600 },
  });
});

test('with boards alone, a board does not show the catalog', async () => {
  const create = 'mutation { boardCreate(input: { title: "Mine" }) { board { id } } }';
  const { data } = await boardsOnly.ask(create);
  const board = JSON.stringify(data).match(/"id":"([^"]+)"/)?.[1] ?? '';
  const pin = 'mutation ($input: PinAddInput!) { pinAdd(input: $input) { userErrors { code } } }';
  expect(await boardsOnly.ask(pin, { input: { board, product: id('Product') } })).toMatchObject({
    errors: [],
  });
  const read = `query ($id: ID!) {
    board(id: $id) { title ideas { nodes { title } } brief { prompt } pins { nodes { product { title } image { url } } } }
  }`;
  expect(await boardsOnly.ask(read, { id: board })).toEqual({
    data: {
      board: { title: 'Mine', ideas: null, brief: null, pins: { nodes: [{ product: null, image: null }] } },
    },
    errors: Array<unknown>(4).fill(expect.objectContaining({ code: 'UNAUTHENTICATED' })),
  });
});

test('a key has exactly its scopes, whatever callers without one may do', async () => {
  const secret = await seedApiKey(closed.db, { scopes: ['stock:write'] });
  expect(await boardsOnly.ask('{ boards { nodes { id } } }', {}, secret)).toMatchObject({
    errors: [{ code: 'FORBIDDEN' }],
  });
});

describe('VITRINE_ANONYMOUS_SCOPES', () => {
  const scopes = (value?: string): string[] => [
    ...readConfig(value === undefined ? {} : { VITRINE_ANONYMOUS_SCOPES: value }).anonymousScopes,
  ];

  test('is reading and boards, what is given, or none', () => {
    expect(scopes()).toEqual(['catalog:read', 'boards']);
    expect(scopes('')).toEqual(['catalog:read', 'boards']);
    expect(scopes(' boards ,')).toEqual(['boards']);
    expect(scopes('none')).toEqual([]);
  });

  test.each(['holds:confirm', 'holds:create', 'catalog:write', 'catalog:read,stock:write', 'everything'])(
    'is refused with %s',
    (value) => {
      expect(() => scopes(value)).toThrow(
        /VITRINE_ANONYMOUS_SCOPES.*: .* cannot be given to callers without an API key/,
      );
    },
  );
});
