import { z } from 'zod';

const PICTURE = /* GraphQL */ `
  fragment Picture on Image {
    url(format: JPEG, width: 1024)
    width
    height
    altText
  }
`;

const VARIANT = /* GraphQL */ `
  fragment Variant on Sku {
    id
    code
    gtin
    url
    options {
      name
      value
    }
    price {
      amount
      compareAtAmount
      currencyCode
    }
    availability {
      asOf
      level
      sellable
      orderable
    }
    image {
      ...Picture
    }
  }
`;

const PRODUCT = /* GraphQL */ `
  fragment Described on Product {
    id
    handle
    title
    description
    url
    category {
      handle
    }
    priceRange {
      min {
        amount
        currencyCode
      }
      max {
        amount
        currencyCode
      }
    }
    images {
      ...Picture
    }
    options {
      name
      values {
        value
      }
    }
  }
`;

const SHARED = PICTURE + VARIANT + PRODUCT;

const picture = z.object({
  url: z.string().nullable(),
  width: z.number(),
  height: z.number(),
  altText: z.string().nullable(),
});
export type Picture = z.infer<typeof picture>;

const price = z.object({ amount: z.string(), currencyCode: z.string() });
export type Price = z.infer<typeof price>;

const variant = z.object({
  id: z.string(),
  code: z.string(),
  gtin: z.string().nullable(),
  url: z.string().nullable(),
  options: z.array(z.object({ name: z.string(), value: z.string() })),
  price: price.extend({ compareAtAmount: z.string().nullable() }),
  availability: z.object({
    asOf: z.string(),
    level: z.enum(['IN_STOCK', 'LOW_STOCK', 'BACKORDER', 'PREORDER', 'OUT_OF_STOCK']),
    sellable: z.boolean(),
    orderable: z.boolean(),
  }),
  image: picture.nullable(),
});
export type Variant = z.infer<typeof variant>;

const product = z.object({
  id: z.string(),
  handle: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  url: z.string().nullable(),
  category: z.object({ handle: z.string() }).nullable(),
  priceRange: z.object({ min: price, max: price }).nullable(),
  images: z.array(picture).nullable(),
  options: z
    .array(z.object({ name: z.string(), values: z.array(z.object({ value: z.string() })) }))
    .nullable(),
});
export type Product = z.infer<typeof product>;

const withVariants = product.extend({ skus: z.array(variant).nullable() });
export type ProductWithVariants = z.infer<typeof withVariants>;

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
export type PageInfo = z.infer<typeof pageInfo>;

/** A document and what its answers are. */
export interface Asked<T> {
  readonly document: string;
  readonly data: z.ZodType<T>;
}

const asked = <T>(document: string, data: z.ZodType<T>): Asked<T> => ({ document, data });

/** Products by what they look like, and by words beside that. */
export const LIKE = asked(
  /* GraphQL */ `
    query AgentLike(
      $channel: String
      $language: LanguageCode
      $query: VisualQueryInput!
      $where: ProductFilter
      $first: Int!
      $after: String
    ) @inContext(channel: $channel, language: $language) {
      visualSearch(query: $query, where: $where, first: $first, after: $after) {
        edges {
          probability
          node {
            ...Described
          }
          skus {
            ...Variant
          }
        }
        search {
          asOf
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  ` + SHARED,
  z.object({
    visualSearch: z.object({
      edges: z.array(z.object({ probability: z.number().nullable(), node: product, skus: z.array(variant) })),
      search: z.object({ asOf: z.string() }),
      pageInfo,
    }),
  }),
);

/** Products by words and filters. */
export const LIST = asked(
  /* GraphQL */ `
    query AgentList(
      $channel: String
      $language: LanguageCode
      $text: String
      $sort: ProductSort
      $where: ProductFilter
      $variants: SkuFilter
      $first: Int!
      $after: String
    ) @inContext(channel: $channel, language: $language) {
      products(text: $text, sort: $sort, where: $where, first: $first, after: $after) {
        nodes {
          ...Described
          skus(where: $variants) {
            ...Variant
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  ` + SHARED,
  z.object({ products: z.object({ nodes: z.array(withVariants), pageInfo }) }),
);

/** What ids and codes stand for. */
export const RESOLVE = asked(
  /* GraphQL */ `
    query AgentResolve($channel: String, $language: LanguageCode, $ids: [ID!]!, $codes: [String!]!)
    @inContext(channel: $channel, language: $language) {
      nodes(ids: $ids) {
        __typename
        ... on Product {
          id
        }
        ... on Sku {
          id
          product {
            id
          }
        }
      }
      skus(codes: $codes) {
        id
        code
        product {
          id
        }
      }
    }
  `,
  z.object({
    nodes: z.array(
      z
        .object({
          __typename: z.string(),
          id: z.string().optional(),
          product: z.object({ id: z.string() }).nullish(),
        })
        .nullable(),
    ),
    skus: z.array(
      z.object({ id: z.string(), code: z.string(), product: z.object({ id: z.string() }).nullable() }),
    ),
  }),
);

/** Products with all their variants. */
export const PRODUCTS = asked(
  /* GraphQL */ `
    query AgentProducts($channel: String, $language: LanguageCode, $ids: [ID!]!)
    @inContext(channel: $channel, language: $language) {
      nodes(ids: $ids) {
        ... on Product {
          ...Described
          skus {
            ...Variant
          }
        }
      }
    }
  ` + SHARED,
  z.object({ nodes: z.array(withVariants.nullable()) }),
);

const market = z.object({ handle: z.string(), currencyCode: z.string() });

/** The market that the caller is in by default, and those that it may ask for. */
export const MARKETS = asked(
  /* GraphQL */ `
    query AgentMarkets {
      channel {
        handle
        currencyCode
      }
      channels {
        handle
        currencyCode
      }
    }
  `,
  z.object({ channel: market, channels: z.array(market) }),
);
