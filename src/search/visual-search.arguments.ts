export const DEFAULT_FIRST = 24;
/** Points of a search: it asks the index for candidates and proves them in Postgres. */
export const SEARCH_COST = 300;
/** Points of keeping similar products apart, which reads the vectors of many candidates. */
export const DIVERSITY_COST = 500;
export const MIN_SCORE =
  'Leaves out products with a lower score, from -1 to 1, so that the list ends where similarity does. Products that the words of the query find are kept. Null: leaves out nothing.';
export const DIVERSITY =
  'How strongly to keep similar-looking products apart: from 0 (most similar first) to 1. Above 0, results are not ordered by score.';
