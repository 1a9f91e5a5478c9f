import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../../catalog/channel.types.js';
import { isCommon, isOffered, offerPredicate, productPredicate } from '../../catalog/product-filter.store.js';
import type { ProductCondition } from '../../catalog/product-filter.js';
import { isIn } from '../../catalog/sought-text.store.js';
import type { TextLanguages } from '../../catalog/text-languages.js';
import { query, queryPrepared, type Queryable } from '../../platform/postgres.js';

/** Of longer texts, the first words count: each one is looked for in every product that has any of them. */
const MAX_WORDS = 16;

const textMatch = z.object({
  productId: z.number(),
  imageId: z.number(),
  passes: z.boolean(),
  /** How many of the words the product has. */
  words: z.number(),
  /** How many words there are that a product can have: stop words do not count. */
  asked: z.number(),
});
export type TextMatch = z.infer<typeof textMatch>;

/**
 * The products that have any of the first MAX_WORDS words in one of their texts, at most `limit`: those with more of the
 * words first, then by Postgres' rank (title before keywords before description), then by id. Of several texts, the best
 * counts. The order does not depend on stock; `passes` reports what passes now.
 */
export async function rankByText(
  db: Queryable,
  words: readonly string[],
  {
    channel,
    languages,
    condition,
    excludeProducts,
  }: {
    channel: Channel;
    languages: TextLanguages;
    condition: ProductCondition;
    excludeProducts: readonly number[];
  },
  limit: number,
): Promise<TextMatch[]> {
  const { own, translated } = languages;
  const statement = sql`/* text.rank */
    WITH word AS MATERIALIZED (
      SELECT language, word_query(language, word) AS query
      FROM unnest(${[...new Set([...own, ...translated])]}::text[]) AS language
      CROSS JOIN unnest(${words.slice(0, MAX_WORDS)}::text[]) AS word
    ), sought AS MATERIALIZED (
      SELECT language, string_agg('(' || query::text || ')', ' | ')::tsquery AS query, count(*)::int AS asked
      FROM word WHERE numnode(query) > 0 GROUP BY language
    ), ranked AS MATERIALIZED (
      SELECT product.id, found.words, found.asked, found.rank
      FROM ${best(languages)} found JOIN products product ON product.id = found.id
      WHERE product.id <> ALL(${excludeProducts}::int[])
        AND ${productPredicate(condition)} AND EXISTS (SELECT FROM shown_images WHERE product_id = product.id)
        AND ${isOffered(condition, channel.key)}
      ORDER BY words DESC, rank DESC, id LIMIT ${limit}
    )
    SELECT ranked.id AS "productId", (
        SELECT id FROM shown_images WHERE product_id = ranked.id ORDER BY position LIMIT 1) AS "imageId", EXISTS (
        SELECT FROM sku_offers offer
        WHERE offer.product_id = ranked.id AND offer.channel_id = ${channel.key} AND ${offerPredicate(condition)}) AS passes,
      words, asked
    FROM ranked ORDER BY words DESC, rank DESC, id`;
  return (isCommon(condition) ? queryPrepared : query)(db, statement, textMatch);
}

/** The best text of each product: one that has all of its words, though another language leaves out fewer, first. */
function best({ own, translated }: TextLanguages): Sql {
  const ofOwn = textsOf(sql`products`, sql`id`, own);
  if (translated.length === 0) return sql`(${ofOwn})`;
  return sql`(
        SELECT DISTINCT ON (id) * FROM (${ofOwn} UNION ALL ${textsOf(sql`product_texts`, sql`product_id`, translated)}) text
        ORDER BY id, (words = asked) DESC, words DESC, rank DESC
      )`;
}

const textsOf = (table: Sql, key: Sql, languages: readonly string[]): Sql => sql`
        SELECT text.${key} AS id, sought.asked, ts_rank(text.search, sought.query) AS rank, (
          SELECT count(*)::int FROM word WHERE word.language = sought.language AND text.search @@ word.query) AS words
        FROM sought JOIN ${table} text ON text.search @@ sought.query AND ${isIn(sql`text`, sql`sought.language`)}
        WHERE sought.language = ANY(${languages}::text[])`;
