export const DEFAULT_FIRST = 24;
/** A search asks index and Postgres: it weighs as much as so many fields that are read. */
export const SEARCH_COST = 300;
export const DIVERSITY =
  'How much to keep products apart that look like each other: from 0, most similar first, to 1. Above 0, results are not ordered by score.';
