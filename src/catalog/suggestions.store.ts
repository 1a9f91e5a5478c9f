import sql, { join, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { asKind, type WorkKind } from '../platform/connection-turns.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import type { TypedText } from './suggestions.types.js';
import type { TextLanguages } from './text-languages.js';

/**
 * Products, or products of a brand or category, that a suggestion looks at, so that one letter that begins many words
 * takes no longer than a rare word.
 */
const MAX_EXAMINED = 200;
/** Brands or categories of a name that are looked at. */
const MAX_NAMED = 50;
/** Characters of a product's keywords whose words are suggested. */
const MAX_SPLIT = 2_000;
/** Many shoppers type at once, and leave connections to pages. */
const SUGGESTING: WorkKind = {
  name: 'suggestions',
  connections: 3,
  waiting: 100,
  isUrgent: false,
  isPaid: true,
};

const wordRow = z.object({ word: z.string() });
const keyRow = z.object({ key: z.number() });

/** Suggestions that one channel can sell. */
export class SuggestionStore {
  constructor(
    private readonly db: Queryable,
    private readonly channelKey: number,
    private readonly languages: TextLanguages,
  ) {}

  /** Words in titles and keywords that begin like the last word; those of the most products first. */
  async words(typed: TypedText, limit: number): Promise<string[]> {
    const statement = sql`/* suggest.words */
      WITH text AS MATERIALIZED (
        SELECT product.id, lower(product.title || ' ' || left(product.keywords, ${MAX_SPLIT})) AS words
        FROM ${this.#texts(typed)} WHERE ${this.#isSellable()}
      )
      SELECT named.word FROM text
      CROSS JOIN LATERAL (
        SELECT DISTINCT word FROM regexp_split_to_table(text.words, '[^[:alnum:]]+') AS word
        WHERE starts_with(${foldedWord}, (SELECT fold_text(${typed.begun})))
          AND word <> ${typed.begun} AND length(word) BETWEEN 2 AND 40
      ) named
      GROUP BY named.word ORDER BY count(DISTINCT text.id) DESC, named.word LIMIT ${limit}`;
    return (await this.#ask(statement, wordRow)).map(({ word }) => word);
  }

  /** Keys of products with these words in the title or keywords; those that the title describes best first. */
  async products(typed: TypedText, limit: number): Promise<number[]> {
    const statement = sql`/* suggest.products */
      SELECT product.id AS key FROM (
        SELECT product.id, max(product.rank) AS rank FROM ${this.#texts(typed)}
        GROUP BY product.id ORDER BY rank DESC, product.id
      ) product WHERE ${this.#isSellable()} ORDER BY product.rank DESC, product.id LIMIT ${limit}`;
    return this.#keys(statement);
  }

  /** Keys of brands with this name. */
  async brands(typed: TypedText, limit: number): Promise<number[]> {
    const statement = sql`/* suggest.brands */
      SELECT brand.id AS key FROM (
        SELECT id, name FROM brands WHERE name_vector(name) @@ ${nameQuery(typed)} ORDER BY length(name), name, id LIMIT ${MAX_NAMED}
      ) brand
      WHERE EXISTS (
        SELECT FROM (SELECT id FROM products WHERE brand_id = brand.id LIMIT ${MAX_EXAMINED}) product WHERE ${this.#isSellable()}
      )
      ORDER BY length(brand.name), brand.name, brand.id LIMIT ${limit}`;
    return this.#keys(statement);
  }

  /** Keys of categories with this name. */
  async categories(typed: TypedText, limit: number): Promise<number[]> {
    const statement = sql`/* suggest.categories */
      SELECT category.id AS key FROM (
        SELECT id, name FROM categories WHERE name_vector(name) @@ ${nameQuery(typed)}
        ORDER BY length(name), name, id LIMIT ${MAX_NAMED}
      ) category
      WHERE EXISTS (
        SELECT FROM (
          WITH RECURSIVE below AS (
            SELECT category.id
            UNION SELECT child.id FROM categories child JOIN below ON child.parent_id = below.id
          )
          SELECT product.id FROM below
          CROSS JOIN LATERAL (SELECT id FROM products WHERE category_id = below.id LIMIT ${MAX_EXAMINED}) product
          LIMIT ${MAX_EXAMINED}
        ) product WHERE ${this.#isSellable()}
      )
      ORDER BY length(category.name), category.name, category.id LIMIT ${limit}`;
    return this.#keys(statement);
  }

  async #keys(statement: Sql): Promise<number[]> {
    return (await this.#ask(statement, keyRow)).map(({ key }) => key);
  }

  #ask<Row>(statement: Sql, row: z.ZodType<Row>): Promise<Row[]> {
    return asKind(SUGGESTING, () => queryPrepared(this.db, statement, row));
  }

  /** Texts of products; one has several if it has the words in several languages. */
  #texts({ words, begun }: TypedText): Sql {
    const { own, translated } = this.languages;
    const found = (among: Sql, language: string): Sql =>
      sql`SELECT * FROM ${among}(${language}::text, ${words}::text[], ${begun}::text, ${MAX_EXAMINED})`;
    const texts = [
      ...own.map((language) => found(sql`begun_products`, language)),
      ...translated.map((language) => found(sql`begun_texts`, language)),
    ];
    return sql`(${join(texts, ' UNION ALL ')}) product`;
  }

  /**
   * Of `product`. LIMIT, so that each product is looked up: as EXISTS, Postgres may read all offers of the shop.
   */
  #isSellable(): Sql {
    return sql`(SELECT true FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = ${this.channelKey} AND offer.sellable > 0 LIMIT 1)`;
  }
}

/** `word` as fold_text makes it. Most words are ASCII, and are so already. */
const foldedWord = sql`CASE WHEN octet_length(word) = length(word) THEN word ELSE fold_text(word) END`;

const nameQuery = ({ words, begun }: TypedText): Sql =>
  sql`(SELECT begun_query('simple', ${words}::text[], ${begun}::text))`;
