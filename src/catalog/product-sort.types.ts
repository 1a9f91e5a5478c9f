import { registerEnumType } from 'type-graphql';

export enum ProductSort {
  RELEVANCE = 'RELEVANCE',
  NEWEST = 'NEWEST',
  PRICE_ASC = 'PRICE_ASC',
  PRICE_DESC = 'PRICE_DESC',
}
registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'The order of a list of products.',
  valuesConfig: {
    RELEVANCE: { description: 'Best text match first. Without `text`, the same as NEWEST.' },
    NEWEST: { description: 'Newest first.' },
    PRICE_ASC: { description: 'Lowest price first, by the cheapest SKU that passes the filter.' },
    PRICE_DESC: { description: 'Highest price first, by the cheapest SKU that passes the filter.' },
  },
});
