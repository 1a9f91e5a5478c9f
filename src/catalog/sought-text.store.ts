import sql, { join, type Sql } from 'sql-template-tag';
import type { TextLanguages } from './text-languages.js';

/** A text that products are searched for. */
export interface SoughtText extends Pick<TextLanguages, 'own' | 'translated'> {
  /** See `termsOf`. */
  readonly terms: string;
}

/** A tsquery of a language. */
type QueryIn = (language: Sql) => Sql;

/** Made once, not for each product. */
const typed =
  ({ terms }: SoughtText): QueryIn =>
  (language) =>
    sql`(SELECT typed_query(${language}, ${terms}))`;

const tag = (language: string): Sql => sql`${language}::text`;

/**
 * Whether a row's own search vector has what the query of its language asks for. If products have their own texts in one
 * language, the row is not asked for it.
 */
const matchesOwn = (row: Sql, own: readonly string[], query: QueryIn): Sql =>
  own.length === 1
    ? sql`${row}.search @@ ${query(tag(own[0] ?? ''))}`
    : sql`(${matchesOneOf(row, own, query)})`;

/** Whether a row's text is in a language. With `=`, Postgres would also read the index of languages, which tells nothing. */
export const isIn = (row: Sql, language: Sql): Sql => sql`${row}.language IS NOT DISTINCT FROM ${language}`;

const matchesOneOf = (row: Sql, languages: readonly string[], query: QueryIn): Sql =>
  join(
    languages.map(
      (language) => sql`(${isIn(row, sql`${language}`)} AND ${row}.search @@ ${query(tag(language))})`,
    ),
    ' OR ',
  );

/** Whether `products product` has, in one of its texts, what is sought. */
export function matchesText(text: SoughtText): Sql {
  const { own, translated } = text;
  const query = typed(text);
  if (translated.length === 0) return matchesOwn(sql`product`, own, query);
  // Two indexes find the products; with OR, neither would be used.
  return sql`product.id IN (
        SELECT sought.id FROM products sought WHERE ${matchesOwn(sql`sought`, own, query)}
        UNION ALL
        SELECT sought.product_id FROM product_texts sought WHERE ${matchesOneOf(sql`sought`, translated, query)})`;
}

/** How well the best text of `products product` matches, which `matchesText` has found. */
export function textRank(text: SoughtText): Sql {
  const { own, translated } = text;
  const query = typed(text);
  const queryOf = (row: Sql, languages: readonly string[]): Sql =>
    languages.length === 1
      ? query(tag(languages[0] ?? ''))
      : sql`CASE ${row}.language ${join(
          languages.map((language) => sql`WHEN ${language} THEN ${query(tag(language))}`),
          ' ',
        )} END`;
  const ofOwn = sql`ts_rank_cd(product.search, ${queryOf(sql`product`, own)})`;
  if (translated.length === 0) return ofOwn;
  return sql`greatest(${ofOwn}, (
        SELECT max(ts_rank_cd(sought.search, ${queryOf(sql`sought`, translated)})) FROM product_texts sought
        WHERE sought.product_id = product.id AND sought.language = ANY(${translated}::text[])))`;
}

/** Whether some product has a word, in a language that is searched. */
export function someTextHas(word: Sql, { own, translated }: TextLanguages): Sql {
  const inOwn = sql`own_text_has(${word}, ${own}::text[])`;
  return translated.length === 0
    ? inOwn
    : sql`(${inOwn} OR translated_text_has(${word}, ${translated}::text[]))`;
}
