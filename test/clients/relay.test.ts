import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { sha256, trustDocuments } from '../../src/server/graphql/trusted-documents.js';
import { openShop } from './support.js';

const TEXT = `query AppQuery(
  $first: Int!
) {
  products(first: $first) {
    edges {
      cursor
      node {
        __typename
        id
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
`;
/** The Relay compiler's MD5 of a text. */
const ID = '3be4abb81fa595e25eb725b2c6a87508';
const shop = openShop(trustDocuments([[ID, TEXT]]));

/** The network layer of Relay's guides, with an id in place of a text where the compiler wrote one. */
async function fetchQuery(
  params: { id: string | null; text: string | null },
  variables: object,
): Promise<unknown> {
  const response = await shop.fetch(shop.url(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...(params.id === null ? { query: params.text } : { documentId: params.id }),
      variables,
    }),
  });
  // Without `extensions.cost`, which depends on what the gateway has parsed before.
  const { data, errors } = z
    .object({ data: z.unknown(), errors: z.unknown() })
    .partial()
    .parse(await response.json());
  return { data, ...(errors === undefined ? {} : { errors }) };
}

test('the same page by its text, by the id of the compiler, and by its SHA-256', async () => {
  const variables = { first: 2 };
  const byText = await fetchQuery({ id: null, text: TEXT }, variables);
  expect(byText).toMatchObject({
    data: {
      products: {
        edges: [{ node: { __typename: 'Product' } }, { node: { __typename: 'Product' } }],
        pageInfo: { hasNextPage: true },
      },
    },
  });
  expect(await fetchQuery({ id: ID, text: null }, variables)).toEqual(byText);
  expect(await fetchQuery({ id: `sha256:${sha256(TEXT)}`, text: null }, variables)).toEqual(byText);
});

test('an object that Relay fetches again by its id', async () => {
  const text = 'query Refetch($id: ID!) { node(id: $id) { __typename id ... on Product { handle } } }';
  expect(await fetchQuery({ id: null, text }, { id: shop.tee() })).toEqual({
    data: { node: { __typename: 'Product', id: shop.tee(), handle: 'tee' } },
  });
});
