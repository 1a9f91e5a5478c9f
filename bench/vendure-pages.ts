/** The same two pages, as the gateway and as Vendure have them. */
export const PAGE_SIZE = 24;

export const LIST = /* GraphQL */ `
  query List($after: String) {
    products(first: ${PAGE_SIZE}, after: $after) {
      nodes {
        id
        handle
        title
        featuredImage {
          id
          url(width: 600)
        }
        priceRange {
          min {
            amount
            currencyCode
          }
          max {
            amount
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
export const PRODUCT = /* GraphQL */ `
  query Page($handle: String!) {
    product(handle: $handle) {
      id
      title
      description
      images {
        id
        url(width: 600)
      }
      skus {
        id
        code
        options {
          name
          value
        }
        price {
          amount
          currencyCode
        }
        availability {
          level
        }
      }
    }
  }
`;
export const VENDURE_LIST = /* GraphQL */ `
  query List($skip: Int!) {
    search(input: { take: ${PAGE_SIZE}, skip: $skip, groupByProduct: true, inStock: true }) {
      totalItems
      items {
        productId
        slug
        productName
        productAsset {
          id
          preview
        }
        priceWithTax {
          ... on PriceRange {
            min
            max
          }
        }
        currencyCode
      }
    }
  }
`;
export const VENDURE_PRODUCT = /* GraphQL */ `
  query Page($slug: String!) {
    product(slug: $slug) {
      id
      name
      description
      assets {
        id
        preview
      }
      variants {
        id
        sku
        options {
          name
          group {
            name
          }
        }
        priceWithTax
        currencyCode
        stockLevel
      }
    }
  }
`;
