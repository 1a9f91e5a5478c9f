export const DEFAULT_FIRST = 24;
/** A search asks index and Postgres: it weighs as much as so many fields that are read. */
export const SEARCH_COST = 300;
export const DIVERSITY =
  'How strongly to keep similar-looking products apart: from 0 (most similar first) to 1. Above 0, results are not ordered by score.';
