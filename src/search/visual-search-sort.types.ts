import { registerEnumType } from 'type-graphql';

export enum VisualSearchSort {
  LIKENESS = 'LIKENESS',
  PRICE_ASC = 'PRICE_ASC',
  PRICE_DESC = 'PRICE_DESC',
  NEWEST = 'NEWEST',
}
registerEnumType(VisualSearchSort, {
  name: 'VisualSearchSort',
  description: 'The order of the results of a visual search.',
  valuesConfig: {
    LIKENESS: { description: 'Most similar first; with words or diversity, as these say.' },
    PRICE_ASC: { description: 'Lowest price first, by the cheapest SKU that passes the filter.' },
    PRICE_DESC: { description: 'Highest price first, by the cheapest SKU that passes the filter.' },
    NEWEST: { description: 'Newest first.' },
  },
});
