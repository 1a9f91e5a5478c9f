import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { cacheExchange, Client, fetchExchange, gql, type TypedDocumentNode } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { z } from 'zod';
import { readTrustedDocuments } from '../../src/server/graphql/trusted-documents.js';
import { NavigationDocument } from '../generated/graphql.js';
import { openShop } from './support.js';

/** The manifest that `npm run codegen` writes. */
const MANIFEST = fileURLToPath(new URL('../generated/persisted-documents.json', import.meta.url));
const codegenHash = z.object({ __meta__: z.object({ hash: z.string() }) });

const shop = openShop(await readTrustedDocuments([MANIFEST]));
beforeEach(() => void shop.takeSent());

const open = (): Client =>
  new Client({ url: shop.url(), fetch: shop.fetch, exchanges: [cacheExchange, fetchExchange] });

const CHANNEL: TypedDocumentNode<unknown, { channel: string }> = gql`
  query Market($channel: String!) @inContext(channel: $channel) {
    channel {
      handle
      currencyCode
    }
  }
`;

test('with its defaults, which send short queries over GET without a special header', async () => {
  const { data, error } = await open().query(CHANNEL, { channel: 'us' });
  expect(error).toBeUndefined();
  expect(data).toMatchObject({ channel: { handle: 'us', currencyCode: 'USD' } });
  expect(shop.takeSent()).toMatchObject([{ method: 'GET', status: 200 }]);
});

test('a long query, a mutation, and an error', async () => {
  const client = open();
  const long = `query Long { channel { handle ${'x'.repeat(2_048)}: name } }`;
  expect((await client.query<unknown>(long, {})).data).toMatchObject({ channel: { handle: 'eu' } });
  const hold: TypedDocumentNode<unknown, { input: object }> = gql`
    mutation Hold($input: HoldCreateInput!) {
      holdCreate(input: $input) {
        userErrors {
          code
        }
      }
    }
  `;
  const { data } = await client.mutation(hold, { input: { lines: [{ sku: 'nothing', quantity: 1 }] } });
  expect(data).toMatchObject({ holdCreate: { userErrors: [{ code: 'BAD_USER_INPUT' }] } });
  const { error } = await client.query(CHANNEL, { channel: 'nowhere' });
  expect(error?.graphQLErrors[0]?.extensions['code']).toBe('UNKNOWN_CHANNEL');
  expect(shop.takeSent().map(({ method, status }) => [method, status])).toEqual([
    ['POST', 200],
    ['POST', 200],
    ['GET', 400],
  ]);
});

test('its document cache keeps the markets apart, because its key has the variables', async () => {
  const client = open();
  for (const channel of ['eu', 'us', 'eu', 'us']) {
    const { data } = await client.query(CHANNEL, { channel });
    expect(data).toMatchObject({ channel: { handle: channel } });
  }
  expect(shop.takeSent()).toHaveLength(2);
});

describe('documents by their ids', () => {
  test('a document of codegen is sent as the hash that codegen gave it', async () => {
    const client = new Client({
      url: shop.url(),
      fetch: shop.fetch,
      exchanges: [
        cacheExchange,
        persistedExchange({
          enforcePersistedQueries: true,
          enableForMutation: true,
          generateHash: async (_text, document) => codegenHash.parse(document).__meta__.hash,
        }),
        fetchExchange,
      ],
    });
    const { data, error } = await client.query(NavigationDocument, {});
    expect(error).toBeUndefined();
    expect(data).toMatchObject({ channel: { handle: 'eu' } });
    expect(shop.takeSent()).toMatchObject([{ status: 200 }]);
  });

  test('persistedExchange: the hash, then the text once, then the hash alone', async () => {
    const client = new Client({
      url: shop.url(),
      fetch: shop.fetch,
      requestPolicy: 'network-only',
      exchanges: [cacheExchange, persistedExchange({}), fetchExchange],
    });
    for (let round = 0; round < 2; round += 1) {
      const { data, error } = await client.query<unknown>('query Persisted { channel { handle } }', {});
      expect(error).toBeUndefined();
      expect(data).toMatchObject({ channel: { handle: 'eu' } });
    }
    const withText = shop.takeSent().map(({ url, body }) => url.searchParams.has('query') || 'query' in body);
    expect(withText).toEqual([false, true, false]);
  });
});
