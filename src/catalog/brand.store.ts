import DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { Brand } from './brand.types.js';
import { inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';

const brandRow = z.object({ key: z.number(), handle: z.string(), name: z.string() });

/** A brand's place in the list: by name, and then by row id. */
export type BrandPosition = Pick<Brand, 'name' | 'key'>;

/** Brands; one loader per request. */
export class BrandStore {
  constructor(private readonly db: Queryable) {}

  readonly byKey = new DataLoader<number, Brand | null>(async (keys) => {
    const statement = sql`/* brand.byKey */ SELECT id AS key, handle, name FROM brands WHERE id = ANY(${keys}::int[])`;
    const rows = await queryPrepared(this.db, statement, brandRow);
    return inOrder(
      keys,
      rows.map((row) => instantiate(Brand, row)),
    );
  });

  /** Brands of which the channel offers a product, by name, after this position. */
  async page(channelKey: number, after: BrandPosition | null, limit: number): Promise<Brand[]> {
    const statement = sql`/* brand.page */ SELECT brand.id AS key, brand.handle, brand.name FROM brands brand
      WHERE (${after?.key ?? null}::int IS NULL
          OR (brand.name, brand.id) > (${after?.name ?? ''}::text, ${after?.key ?? 0}::int))
        AND EXISTS (
          SELECT FROM products product JOIN skus sku ON sku.product_id = product.id JOIN prices price ON price.sku_id = sku.id
          WHERE product.brand_id = brand.id AND price.valid @> statement_timestamp()
            AND price.price_list_id = (SELECT price_list_id FROM channels WHERE id = ${channelKey}))
      ORDER BY brand.name, brand.id LIMIT ${limit}`;
    return (await queryPrepared(this.db, statement, brandRow)).map((row) => instantiate(Brand, row));
  }
}
