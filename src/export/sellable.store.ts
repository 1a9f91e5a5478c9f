import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../catalog/channel.types.js';
import { offersOf } from '../catalog/offers.store.js';
import { AS_OF, IN_ORDER, OFFER_COLUMNS, offerRow, toSkus } from '../catalog/sku.store.js';
import type { Sku } from '../catalog/sku.types.js';
import { isShown, shownOptions } from '../images/shown-options.js';
import { groupBy } from '../platform/group-by.js';
import { query, type Queryable } from '../platform/postgres.js';

/** Products of a page: a few megabytes with all of their SKUs and pictures. */
const PAGE = 200;

const productRow = z.object({
  key: z.number(),
  handle: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  url: z.string().nullable(),
  brand: z.string().nullable(),
  /** Names, topmost first. */
  category: z.array(z.string()),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
  images: z.array(z.object({ key: z.number(), alt: z.string().nullable(), shows: shownOptions })),
});

/** An image of the catalog. */
export type SellableImage = z.infer<typeof productRow>['images'][number];

/** An SKU that can be bought or ordered, with the images that show it, its own first. */
export interface SellableSku {
  readonly sku: Sku;
  readonly images: readonly SellableImage[];
}

/** A product of which at least one SKU can be bought or ordered. */
export interface SellableProduct extends Omit<z.infer<typeof productRow>, 'images'> {
  /** In the merchant's order. */
  readonly skus: readonly SellableSku[];
}

/**
 * What a channel can sell or promise now, in the order of the products' keys. In a snapshot, all pages are of one moment.
 * @throws DatabaseUnavailable
 */
export async function* readSellable(db: Queryable, channel: Channel): AsyncGenerator<SellableProduct> {
  let after = 0;
  for (;;) {
    const products = await readPage(db, channel, after);
    const skus = await readSkus(
      db,
      channel,
      products.map(({ key }) => key),
    );
    for (const { images, ...product } of products) {
      const own = skus.get(product.key) ?? [];
      yield { ...product, skus: own.map((sku) => ({ sku, images: imagesOf(sku, images) })) };
    }
    const last = products.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

/** The moment of a snapshot. */
export async function readMoment(db: Queryable): Promise<Date> {
  const [row] = await query(
    db,
    sql`/* export.moment */ SELECT ${AS_OF} AS "asOf"`,
    z.object({ asOf: z.date() }),
  );
  if (row === undefined) throw new Error('export.moment answers one row');
  return row.asOf;
}

function readPage(db: Queryable, channel: Channel, after: number): Promise<z.infer<typeof productRow>[]> {
  const statement = sql`/* export.products */
    SELECT product.id AS key, product.handle, product.title, product.description, product.url, brand.name AS brand,
      (WITH RECURSIVE path AS (
        SELECT id, name, parent_id, 0 AS height FROM categories WHERE id = product.category_id
        UNION ALL
        SELECT above.id, above.name, above.parent_id, height + 1 FROM path JOIN categories above ON above.id = path.parent_id
      ) SELECT jsonb_agg(name ORDER BY height DESC) FROM path) AS category,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'value', value) ORDER BY name, value), '[]')
        FROM product_attributes attribute WHERE attribute.product_id = product.id) AS attributes,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('key', id, 'alt', alt_text, 'shows', shows) ORDER BY position), '[]')
        FROM shown_images image WHERE image.product_id = product.id) AS images
    FROM products product LEFT JOIN brands brand ON brand.id = product.brand_id
    WHERE product.id > ${after} AND EXISTS (SELECT FROM sku_offers offer
      WHERE offer.product_id = product.id AND offer.channel_id = ${channel.key} AND offer.level <> 'OUT_OF_STOCK')
    ORDER BY product.id LIMIT ${PAGE}`;
  return query(db, statement, productRow);
}

async function readSkus(
  db: Queryable,
  channel: Channel,
  products: readonly number[],
): Promise<ReadonlyMap<number, Sku[]>> {
  const statement = sql`/* export.skus */ WITH ${offersOf(channel.key, sql`sku.product_id = ANY(${products}::int[])`)}
    SELECT ${OFFER_COLUMNS} FROM offer WHERE offer.level <> 'OUT_OF_STOCK' ${IN_ORDER}`;
  return groupBy(toSkus(await query(db, statement, offerRow), channel), (sku) => sku.productKey);
}

function imagesOf(sku: Sku, images: readonly SellableImage[]): SellableImage[] {
  const shown = images.filter(({ shows }) => isShown(shows, sku.optionValues));
  const own = shown.filter(({ key }) => key === sku.imageKey);
  return [...own, ...shown.filter(({ key }) => key !== sku.imageKey)];
}
