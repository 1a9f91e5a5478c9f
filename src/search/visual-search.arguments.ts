export const DEFAULT_FIRST = 24;
/** Points of a search: it asks the index for candidates and proves them in Postgres. */
export const SEARCH_COST = 300;
/** Up to five typos are looked up, words are ranked over all products, and both rankings are combined. */
export const TEXT_COST = 1_000;
/** Ranking again for the values of a facet among which there is a choice. */
export const RANKING_COST = 400;
/** Points of keeping similar products apart, which reads the vectors of many candidates. */
export const DIVERSITY_COST = 500;
export const MIN_SCORE =
  'Leaves out products with a lower score, from -1 to 1, so that the list ends where similarity does. Products that the words of the query find are kept. Null: leaves out nothing.';
export const DIVERSITY =
  'How strongly to keep similar-looking products apart: from 0 (most similar first) to 1. Above 0, results are not ordered by score, and of 24 in a row at most three are near-copies of another, as long as there are others.';
/** Points of another order than that of the index: it ranks and reads the prices of up to 1,000 products. */
export const SORT_COST = 500;
export const SORT =
  'The order of the results: the 1,000 most similar products are sorted. Of a query with words, those that have all the words, and those that reach `minScore`. Other orders than LIKENESS need `minScore`, unless the query has only words and the encoder embeds only images, and exclude `diversity`. Null: LIKENESS.';
