export const DEFAULT_FIRST = 24;
/** A search uses the index and Postgres, so it costs as much as reading this many fields. */
export const SEARCH_COST = 300;
export const DIVERSITY =
  'How strongly to keep similar-looking products apart: from 0 (most similar first) to 1. Above 0, results are not ordered by score.';
