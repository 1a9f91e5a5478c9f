import sql from 'sql-template-tag';
import { z } from 'zod';
import { queryPrepared, type Queryable } from '../platform/postgres.js';

/**
 * Candidates by trigrams, of which the word with the fewest edits is used. With a catalog's words, more candidates do
 * not change the result.
 */
const CANDIDATES = 50;

const mendedRow = z.object({ word: z.string(), near: z.string() });

/**
 * For each word that no product contains: the catalog word with the fewest edits. At most one edit for words of four
 * or five letters, two for longer ones; ties go to the most similar by trigrams.
 */
export async function findNearWords(
  db: Queryable,
  words: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const statement = sql`/* text.near */
    SELECT typed.word, near.word AS near
    FROM unnest(${words}::text[]) AS typed (word)
    CROSS JOIN LATERAL (SELECT CASE WHEN length(typed.word) < 6 THEN 1 ELSE 2 END AS edits) allowed
    CROSS JOIN LATERAL (
      SELECT candidate.word FROM (
        SELECT word FROM search_words ORDER BY word <-> typed.word LIMIT ${CANDIDATES}
      ) candidate
      CROSS JOIN LATERAL (
        SELECT levenshtein_less_equal(candidate.word, typed.word, allowed.edits) AS edits
      ) distance
      WHERE distance.edits <= allowed.edits
        AND EXISTS (SELECT FROM products WHERE search @@ plainto_tsquery('english', candidate.word))
      ORDER BY distance.edits, similarity(candidate.word, typed.word) DESC, candidate.word LIMIT 1
    ) near
    WHERE typed.word IN (SELECT mendable_words(typed.word))
      AND numnode(plainto_tsquery('english', typed.word)) > 0
      AND NOT EXISTS (SELECT FROM products WHERE search @@ plainto_tsquery('english', typed.word))`;
  const rows = await queryPrepared(db, statement, mendedRow);
  return new Map(rows.map(({ word, near }) => [word, near]));
}
