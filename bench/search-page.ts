/** The query and response of both servers in the search benchmark. */
export const PAGE_SIZE = 24;

export const SEARCH_PAGE = /* GraphQL */ `
  query SearchPage($product: ID!) {
    visualSearch(query: { like: [{ product: $product }] }, first: ${PAGE_SIZE}) {
      edges {
        score
        image {
          url(width: 600)
          thumbhash
        }
        node {
          id
          handle
          title
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
            compareAtAmount
            currencyCode
          }
          availability {
            sellable
            level
            quantity
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`;
