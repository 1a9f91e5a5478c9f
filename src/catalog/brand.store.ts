import DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { Brand } from './brand.types.js';
import { inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';

const brandRow = z.object({ key: z.number(), handle: z.string(), name: z.string() });

/** A brand's place in the list: by name, and then by row id. */
export type BrandPosition = Pick<Brand, 'name' | 'key'>;

export interface BrandPage {
  readonly brands: readonly Brand[];
  /** Where the search for more ended, because it had looked at enough brands; null: there are no more. */
  readonly reached: BrandPosition | null;
}

/**
 * Brands that a page looks at. Of one that the channel does not offer, all SKUs are read, so this is about what a page of
 * products takes.
 */
const MAX_EXAMINED = 500;

const examinedRow = brandRow.extend({ offered: z.boolean(), isLastExamined: z.boolean() });

/** Brands; one loader per request. */
export class BrandStore {
  constructor(private readonly db: Queryable) {}

  readonly byKey = new DataLoader<number, Brand | null>(async (keys) => {
    const statement = sql`/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ${anyOf(keys, 'int')}`;
    const rows = await queryPrepared(this.db, statement, brandRow);
    return inOrder(
      keys,
      rows.map((row) => instantiate(Brand, row)),
    );
  });

  /** At most `limit` of the brands of which the channel offers a product, by name, after this position. */
  async page(channelKey: number, after: BrandPosition | null, limit: number): Promise<BrandPage> {
    // LIMIT inside, so that brands without offers do not make it read on and on.
    const statement = sql`/* brand.page */ SELECT brand.key, brand.handle, brand.name, offered.offered,
        brand.place = ${MAX_EXAMINED} AS "isLastExamined"
      FROM (
        SELECT id AS key, handle, name, row_number() OVER (ORDER BY name, id) AS place FROM brands
        WHERE ${after?.key ?? null}::int IS NULL OR (name, id) > (${after?.name ?? ''}::text, ${after?.key ?? 0}::int)
        ORDER BY name, id LIMIT ${MAX_EXAMINED}
      ) brand
      CROSS JOIN LATERAL (
        SELECT EXISTS (
          SELECT FROM products product JOIN skus sku ON sku.product_id = product.id JOIN prices price ON price.sku_id = sku.id
          WHERE product.brand_id = brand.key AND price.valid @> statement_timestamp()
            AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = ${channelKey})) AS offered
      ) offered
      WHERE offered.offered OR brand.place = ${MAX_EXAMINED}
      ORDER BY brand.name, brand.key LIMIT ${limit}`;
    const rows = await queryPrepared(this.db, statement, examinedRow);
    return {
      brands: rows
        .filter(({ offered }) => offered)
        .map(({ key, handle, name }) => instantiate(Brand, { key, handle, name })),
      reached: rows.find(({ isLastExamined }) => isLastExamined) ?? null,
    };
  }
}
