import {
  ApolloClient,
  ApolloLink,
  gql,
  HttpLink,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { sha256 } from '../../src/server/graphql/trusted-documents.js';
import { openShop } from './support.js';

const shop = openShop();
beforeEach(() => void shop.takeSent());

const PRODUCT = gql`
  query ProductPrice($channel: String!, $id: ID!) @inContext(channel: $channel) {
    product(id: $id) {
      id
      priceRange {
        min {
          amount
          currencyCode
        }
      }
    }
  }
`;

const http = (): HttpLink => new HttpLink({ uri: shop.url(), fetch: shop.fetch });
const open = (cache = new InMemoryCache(), link: ApolloLink = http()): ApolloClient =>
  new ApolloClient({ cache, link });

const priceIn = async (client: ApolloClient, channel: string): Promise<unknown> => {
  const { data } = await client.query({ query: PRODUCT, variables: { channel, id: shop.tee() } });
  return data;
};
const price = (amount: string, currencyCode: string): object =>
  expect.objectContaining({
    product: expect.objectContaining({
      priceRange: expect.objectContaining({ min: expect.objectContaining({ amount, currencyCode }) }),
    }),
  });

describe('the price of a market', () => {
  test('one cache for two markets shows the price of the other: the fault that docs/clients.md describes', async () => {
    const client = open();
    expect(await priceIn(client, 'eu')).toEqual(price('19.90', 'EUR'));
    expect(await priceIn(client, 'us')).toEqual(price('19.90', 'EUR'));
    // Not even asked: the cache has a product with this id.
    expect(shop.takeSent()).toHaveLength(1);
  });

  test('one cache for each market shows the right one, from the cache too', async () => {
    const clients = { eu: open(), us: open() };
    for (let round = 0; round < 2; round += 1) {
      expect(await priceIn(clients.eu, 'eu')).toEqual(price('19.90', 'EUR'));
      expect(await priceIn(clients.us, 'us')).toEqual(price('24.90', 'USD'));
    }
    expect(shop.takeSent()).toHaveLength(2);
  });
});

test('pages are one list in the cache, and objects without an id keep the fields of both operations', async () => {
  const client = open(
    new InMemoryCache({
      typePolicies: {
        ProductAvailability: { merge: true },
        Query: { fields: { products: relayStylePagination(['text', 'where', 'sort']) } },
      },
    }),
  );
  interface Page {
    products: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  }
  const query: TypedDocumentNode<Page, { after?: string }> = gql`
    query Page($after: String) {
      products(first: 12, after: $after) {
        edges {
          cursor
          node {
            id
            availability {
              level
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `;
  const listed = client.watchQuery({ query });
  const subscription = listed.subscribe({});
  await client.query({ query });
  for (let page = client.readQuery({ query }); page?.products.pageInfo.hasNextPage;) {
    await listed.fetchMore({ variables: { after: page.products.pageInfo.endCursor } });
    page = client.readQuery({ query });
  }
  subscription.unsubscribe();
  const nodes = client.readQuery({ query })?.products.edges.map(({ node }) => node.id);
  expect(new Set(nodes).size).toBe(30);
  expect(shop.takeSent()).toHaveLength(3);

  const id = shop.tee();
  const other = gql`
    query Other($id: ID!) {
      product(id: $id) {
        id
        availability {
          sellable
        }
      }
    }
  `;
  await client.query({ query: other, variables: { id } });
  const fragment = gql`
    fragment Both on Product {
      availability {
        level
        sellable
      }
    }
  `;
  expect(
    client.readFragment({ id: client.cache.identify({ __typename: 'Product', id }) ?? '', fragment }),
  ).toMatchObject({
    availability: { level: 'IN_STOCK', sellable: true },
  });
});

describe.each([false, true])(
  'automatic persisted queries, with GET for hashes: %p',
  (useGETForHashedQueries) => {
    test('the hash, then the text once, then the hash alone', async () => {
      const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http());
      const query = gql`
      query Hashed${useGETForHashedQueries ? 'Get' : 'Post'} {
        channel {
          handle
        }
      }
    `;
      const ask = async (): Promise<unknown> => (await open(new InMemoryCache(), link).query({ query })).data;
      expect(await ask()).toMatchObject({ channel: { handle: 'eu' } });
      const method = useGETForHashedQueries ? 'GET' : 'POST';
      const hasText = ({ url, body }: ReturnType<typeof shop.takeSent>[number]): boolean =>
        url.searchParams.has('query') || 'query' in body;
      const first = shop.takeSent();
      expect(first.map((sent) => [sent.method, hasText(sent), sent.status])).toEqual([
        [method, false, 200],
        ['POST', true, 200],
      ]);
      expect(await ask()).toMatchObject({ channel: { handle: 'eu' } });
      expect(shop.takeSent().map((sent) => [sent.method, hasText(sent)])).toEqual([[method, false]]);
    });
  },
);

test('subscriptions over graphql-ws beside queries over HTTP', async () => {
  const socket = createClient({ url: shop.url().replace('http', 'ws'), webSocketImpl: WebSocket });
  const client = open(
    new InMemoryCache(),
    ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      http(),
    ),
  );
  const onScreen: TypedDocumentNode<{ sku: { id: string } }> = gql`
    query OnScreen {
      sku(code: "TEE") {
        id
      }
    }
  `;
  const { data } = await client.query({ query: onScreen });
  const first = await new Promise((resolve, reject) => {
    client
      .subscribe({
        query: gql`
          subscription Watch($skus: [ID!]!) {
            availabilityChanged(skus: $skus) {
              id
              code
            }
          }
        `,
        variables: { skus: [data?.sku.id] },
      })
      .subscribe({ next: resolve, error: reject });
  });
  expect(first).toMatchObject({ data: { availabilityChanged: { code: 'TEE' } } });
  client.stop();
  await socket.dispose();
});
