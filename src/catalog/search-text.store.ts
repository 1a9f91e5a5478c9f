import sql from 'sql-template-tag';
import { z } from 'zod';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { someTextHas } from './sought-text.store.js';
import type { TextLanguages } from './text-languages.js';

/** Words that are close enough, of which the closest that a product still has is used. Most words have one or two. */
const CANDIDATES = 50;

const foundRow = z.object({ word: z.string(), isUnknown: z.boolean(), near: z.string().nullable() });

/**
 * Which of the words no text in these languages contains, without those after the first `limit` unknown ones. An unknown
 * word has the catalog word with the fewest edits; null if none is close enough. At most one edit for words of four or five
 * letters, two for longer ones. Ties go to a word with the same last letter, which is rarely mistyped ("sweatr" is
 * "sweater", and not "sweat"), then to the most similar by trigrams. Short words and numbers are never unknown.
 */
export async function findNearWords(
  db: Queryable,
  words: readonly string[],
  languages: TextLanguages,
  limit: number,
): Promise<z.infer<typeof foundRow>[]> {
  const statement = sql`/* text.near */
    WITH typed AS MATERIALIZED (
      SELECT typed.word, typed.place, folded.word AS folded, CASE WHEN length(folded.word) < 6 THEN 1 ELSE 2 END AS edits,
        folded.word IN (SELECT mendable_words(folded.word))
          AND NOT EXISTS (SELECT FROM unnest(${[...languages.own, ...languages.translated]}::text[]) AS language
            WHERE numnode(word_query(language, typed.word)) = 0)
          AND NOT ${someTextHas(sql`typed.word`, languages)} AS unknown
      FROM unnest(${words}::text[]) WITH ORDINALITY AS typed (word, place)
      CROSS JOIN LATERAL (SELECT fold_text(typed.word) AS word) folded
    )
    SELECT word, false AS "isUnknown", NULL AS near FROM typed WHERE NOT unknown
    UNION ALL
    SELECT unknown.word, true, near.word
    FROM (SELECT word, folded, edits FROM typed WHERE unknown ORDER BY place LIMIT ${limit}) unknown
    LEFT JOIN LATERAL (
      SELECT close.word FROM (
        SELECT DISTINCT candidate.word, distance.edits,
          right(candidate.word, 1) = right(unknown.folded, 1) AS "endsAlike",
          similarity(candidate.word, unknown.folded) AS likeness
        FROM near_words(unknown.folded) AS candidate (word)
        CROSS JOIN LATERAL (
          SELECT levenshtein_less_equal(candidate.word, unknown.folded, unknown.edits) AS edits
        ) distance
        WHERE distance.edits <= unknown.edits
        ORDER BY distance.edits, "endsAlike" DESC, likeness DESC, candidate.word LIMIT ${CANDIDATES}
      ) close
      WHERE ${someTextHas(sql`close.word`, languages)}
      ORDER BY close.edits, close."endsAlike" DESC, close.likeness DESC, close.word LIMIT 1
    ) near ON true`;
  return queryPrepared(db, statement, foundRow);
}
