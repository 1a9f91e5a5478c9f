import DataLoader from 'dataloader';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { anyOf } from '../platform/any-of.store.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { groupInOrder, inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';
import type { ProductCondition } from './product-filter.js';
import { isCommon, offerPredicate, offerTerms, productPredicate } from './product-filter.store.js';
import { matchesText, type SoughtText } from './sought-text.store.js';
import { Attribute, Product } from './product.types.js';
import type { TextMender } from './mend-text.js';
import { productText, shownText } from './shown-text.js';
import type { TextLanguages } from './text-languages.js';
import type { ProductPosition } from './product-page.js';
import type { ProductOrder } from './product-page.store.js';

const productRow = z.object({
  key: z.number(),
  handle: z.string(),
  language: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  url: z.string().nullable(),
  texts: z.array(productText).nullable(),
  brandKey: z.number().nullable(),
  categoryKey: z.number(),
  updatedAt: z.date(),
});

/**
 * Translations are read where the product's own text is not what was asked for, or not all of it. Descriptions may be
 * long: of them, only the first that may be shown is read.
 */
const productColumns = ({ shown }: TextLanguages): Sql => sql`product.id AS key, product.handle,
  product.language, product.title, product.description, product.url,
  CASE WHEN product.language <> ${shown[0]} OR product.description IS NULL OR product.url IS NULL THEN (
    SELECT json_agg(json_build_object('language', language, 'title', title,
      'description', CASE WHEN place = described THEN description END, 'url', CASE WHEN place = linked THEN url END))
    FROM (
      SELECT language, title, description, url, place,
        min(place) FILTER (WHERE description IS NOT NULL) OVER () AS described,
        min(place) FILTER (WHERE url IS NOT NULL) OVER () AS linked
      FROM product_texts CROSS JOIN LATERAL array_position(${shown}::text[], language) AS place
      WHERE product_id = product.id AND language = ${anyOf(shown, 'text')}
    ) translation) END AS texts,
  product.brand_id AS "brandKey", product.category_id AS "categoryKey",
  product.updated_at AS "updatedAt"`;

const attributeRow = z.object({ productKey: z.number(), name: z.string(), value: z.string() });

/** A product and its position in the sort order of its page. */
export interface RankedProduct {
  readonly product: Product;
  readonly position: ProductPosition;
}

export interface ProductPage {
  readonly ranked: readonly RankedProduct[];
  /** Where the search for more ended, because it had looked at enough products; null: there are no more. */
  readonly reached: ProductPosition | null;
}

/** Products; one set of loaders per request. */
export class ProductStore {
  constructor(
    private readonly db: Queryable,
    private readonly channelKey: number,
    private readonly languages: TextLanguages,
    private readonly mender: TextMender,
  ) {}

  readonly byKey = new DataLoader<number, Product | null>(async (keys) => {
    const statement = sql`/* product.byKey */ SELECT ${productColumns(this.languages)} FROM products product
      WHERE product.id = ${anyOf(keys, 'int')}`;
    return inOrder(
      keys,
      (await queryPrepared(this.db, statement, productRow)).map((row) => this.#toProduct(row)),
    );
  });

  readonly attributes = new DataLoader<number, Attribute[]>(async (productKeys) => {
    const statement = sql`/* product.attributes */ SELECT product_id AS "productKey", name, value FROM product_attributes
      WHERE product_id = ${anyOf(productKeys, 'int')} ORDER BY product_id, name, value`;
    const rows = await queryPrepared(this.db, statement, attributeRow);
    return groupInOrder(productKeys, rows, (row) => row.productKey);
  });

  /** See `TextMender`. */
  mendText(text: string): Promise<string> {
    return this.mender.mend(text, this.languages);
  }

  async byHandle(handle: string): Promise<Product | null> {
    const statement = sql`/* product.byHandle */ SELECT ${productColumns(this.languages)} FROM products product
      WHERE product.handle = ${handle}`;
    const [row] = await queryPrepared(this.db, statement, productRow);
    return row === undefined ? null : this.#toProduct(row);
  }

  /** At most `limit` of the passing products in this order, after this position. */
  async page(
    condition: ProductCondition,
    text: SoughtText | null,
    order: ProductOrder,
    after: ProductPosition | null,
    limit: number,
  ): Promise<ProductPage> {
    const offer = sql`sku_offers offer WHERE offer.product_id = product.id AND offer.channel_id = ${this.channelKey}
      AND ${offerPredicate(condition)}`;
    const passes = sql`${productPredicate(condition)}
      AND ${text === null ? sql`true` : matchesText(text)}`;
    const isPlannedOnce = order.isPlannedOnce && text === null && isCommon(condition);
    const rows = await (isPlannedOnce ? queryPrepared : query)(
      this.db,
      order.statement({
        columns: productColumns(this.languages),
        channelKey: this.channelKey,
        offer,
        terms: offerTerms(condition),
        passes,
        text,
        after,
        limit,
      }),
      rankedRow,
    );
    const found = rows.map(({ rank, offered, isLastExamined, ...row }) => {
      const position = { rank, key: row.key };
      return { product: this.#toProduct(row), position, offered, isLastExamined };
    });
    return {
      ranked: found.filter(({ offered }) => offered),
      reached: found.find(({ isLastExamined }) => isLastExamined)?.position ?? null,
    };
  }

  #toProduct({ texts, ...own }: z.infer<typeof productRow>): Product {
    return instantiate(Product, { ...own, ...shownText(own, texts ?? [], this.languages.shown) });
  }
}

const rankedRow = productRow.extend({ rank: z.string(), offered: z.boolean(), isLastExamined: z.boolean() });
