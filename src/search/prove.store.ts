import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../catalog/channel.types.js';
import { isCommon, offerPredicate, productPredicate } from '../catalog/product-filter.store.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { shownOptions, type ShownOptions } from '../images/shown-options.js';
import { AS_OF, SKU_COLUMNS, skuRow, toSku } from '../catalog/sku.store.js';
import type { Sku } from '../catalog/sku.types.js';
import { groupBy } from '../platform/group-by.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';

/** A product that the index proposes, with the image that matched. */
export interface Candidate {
  readonly productId: number;
  readonly imageId: number;
}

/** Postgres' result for a set of candidates, all in one snapshot. */
export interface Proof {
  readonly asOf: Date;
  /** In milliseconds; 0 when the index is up to date. */
  readonly indexLagMs: number;
  /** Every SKU that the channel offers of each candidate that still matches the filter. */
  readonly skus: ReadonlyMap<number, Sku[]>;
  /** The passing SKUs among those. A product is part of the answer when it is a key here. */
  readonly passing: ReadonlyMap<number, Sku[]>;
  /** The options that the images of those products show, except for images of the product as a whole. */
  readonly shows: ReadonlyMap<number, ShownOptions>;
}

const provenRow = z.discriminatedUnion('found', [
  skuRow.extend({
    found: z.literal(true),
    passes: z.boolean(),
    /** By image key. */
    shows: z.record(z.string(), shownOptions).nullable(),
    indexLagMs: z.number(),
  }),
  z.object({ found: z.literal(false), asOf: z.date(), indexLagMs: z.number() }),
]);

/**
 * Proves candidates of the index in one statement, and thus in one snapshot: which products still pass the filter in
 * this channel, the price and stock of every SKU, and what their images show. `position` is how far the index has
 * followed the change log (pg_snapshot); changes committed since then make up its lag.
 */
export async function prove(
  db: Queryable,
  channel: Channel,
  condition: ProductCondition,
  candidates: readonly Candidate[],
  position: string,
): Promise<Proof> {
  const statement = sql`/* search.prove */
    WITH report AS (
      SELECT ${AS_OF} AS as_of, least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
        clock_timestamp() - least(
          (SELECT changed_at FROM product_changes
            WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(${position}::pg_snapshot))) ORDER BY xid LIMIT 1),
          (SELECT changed_at FROM product_changes
            WHERE xid >= pg_snapshot_xmax(${position}::pg_snapshot) ORDER BY xid LIMIT 1)
        ))), 0))::int AS lag
    )
    SELECT offer.*, offer.key IS NOT NULL AS found, report.lag AS "indexLagMs", report.as_of AS "asOf"
    FROM report LEFT JOIN (
      SELECT ${SKU_COLUMNS}, offer.position, ${offerPredicate(condition)} AS passes, candidate.shows
      FROM (
        SELECT product_id, jsonb_object_agg(image_id, shows) FILTER (WHERE shows IS NOT NULL) AS shows
        FROM (
          SELECT input.product_id, input.image_id, (
            SELECT image.shows FROM product_images image WHERE image.id = input.image_id AND image.shows <> '{}'
          ) AS shows
          FROM unnest(${candidates.map(({ productId }) => productId)}::int[],
          ${candidates.map(({ imageId }) => imageId)}::int[]) AS input (product_id, image_id)
        ) shown GROUP BY product_id
      ) candidate
      JOIN products product ON product.id = candidate.product_id
      JOIN sku_offers offer ON offer.product_id = product.id AND offer.channel_id = ${channel.key}
      WHERE ${productPredicate(condition)}
    ) offer ON true
    ORDER BY offer."productKey", offer.position, offer.key`;
  const rows = await (isCommon(condition) ? queryPrepared : query)(db, statement, provenRow);

  const found = rows
    .filter((row) => row.found)
    .map(({ passes, shows, ...row }) => ({ passes, shows, sku: toSku(row, channel) }));
  const [first] = rows;
  if (first === undefined) throw new Error('search.prove answers at least one row');
  return {
    asOf: first.asOf,
    indexLagMs: first.indexLagMs,
    skus: groupByProduct(found),
    passing: groupByProduct(found.filter(({ passes }) => passes)),
    shows: new Map(
      found.flatMap(({ shows }) => Object.entries(shows ?? {}).map(([key, shown]) => [Number(key), shown])),
    ),
  };
}

const groupByProduct = (rows: readonly { sku: Sku }[]): Map<number, Sku[]> =>
  groupBy(
    rows.map(({ sku }) => sku),
    (sku) => sku.productKey,
  );
