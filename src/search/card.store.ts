import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../catalog/channel.types.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import {
  IMAGE_SHOWS_OFFER,
  offerTerms,
  productPredicate,
  stockTerms,
} from '../catalog/product-filter.store.js';
import { pricedSkus } from '../catalog/priced-skus.store.js';
import type { OfferedPrice } from '../catalog/sku.store.js';

/** A product that was proven by one SKU, for an answer that shows none. */
export const cardRow = z.object({
  productKey: z.number(),
  /** Of all SKUs that the channel offers; null where they are not shown. */
  prices: z
    .array(
      z.object({
        amount: z.number(),
        compareAt: z.number().nullable(),
        /** ISO 8601. */
        validUntil: z.string().nullable(),
      }),
    )
    .nullable(),
});
type Card = z.infer<typeof cardRow>;

/**
 * The part of a WITH clause, `card`, that says of each candidate whether its image shows an SKU that passes. It looks no
 * further than the first that does, which mostly is the first of the product.
 */
export const cardsOf = (
  channelKey: number,
  condition: ProductCondition,
  { productIds, imageIds }: { readonly productIds: Sql; readonly imageIds: Sql },
): Sql => sql`card AS MATERIALIZED (
      SELECT product.id AS product_id, candidate.image_id, image.id IS NOT NULL AND EXISTS (
          SELECT FROM (
            SELECT sku.id AS sku_id, sku.options, sku.gtin, sku.when_out, price.amount, price.compare_at, channel.id AS channel_id
            FROM skus sku JOIN prices price ON price.sku_id = sku.id AND price.price_list_id = channel.price_list_id
              AND price.valid @> statement_timestamp()
            WHERE sku.product_id = product.id
          ) offer
          WHERE ${offerTerms(condition)} AND ${stockTerms(condition)} AND ${IMAGE_SHOWS_OFFER}
        ) AS proven
      FROM channels channel CROSS JOIN unnest(${productIds}, ${imageIds}) AS candidate (product_id, image_id)
      JOIN products product ON product.id = candidate.product_id
      LEFT JOIN shown_images image ON image.id = candidate.image_id
      WHERE channel.id = ${channelKey} AND ${productPredicate(condition)}
    )`;

/** Those that are proven, as `cardRow`. */
export const CARDS = sql`(SELECT json_agg(json_build_object('productKey', product_id, 'prices', NULL)) FROM card WHERE proven)`;

/** The same with their prices, in the merchant's order. */
export const PRICED_CARDS = sql`(
          WITH ${pricedSkus(
            sql`ANY(ARRAY(SELECT product_id FROM card WHERE proven))`,
            sql`(SELECT price_list_id FROM market)`,
          )}
          SELECT json_agg(card) FROM (
            SELECT product_id AS "productKey", json_agg(json_build_object('amount', amount, 'compareAt', compare_at,
              'validUntil', valid_until) ORDER BY position, id) FILTER (WHERE amount IS NOT NULL) AS prices
            FROM sku FULL JOIN price USING (id) GROUP BY product_id
          ) card)`;

/** By product, as far as they are shown. */
export const pricesOf = (cards: readonly Card[], { currencyCode }: Channel): Map<number, OfferedPrice[]> =>
  new Map(
    cards.flatMap(({ productKey, prices }): [number, OfferedPrice[]][] =>
      prices === null
        ? []
        : [
            [
              productKey,
              prices.map(({ amount, compareAt, validUntil }) => ({
                ...{ amount, compareAt, currencyCode },
                priceValidUntil: validUntil === null ? null : new Date(validUntil),
              })),
            ],
          ],
    ),
  );
