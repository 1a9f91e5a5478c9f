/** Points of each facet: everything that passes is looked at, unless it was counted before and has not changed since. */
export const FACET_COST = 300;
/** Points of a total, for the same reason. */
export const TOTAL_COST = 500;
export const FACETS_BY =
  'The facets to count, at most 10 of one list in a request. Null: category, brand, the options "color" and "size", and price.';
