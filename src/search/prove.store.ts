import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../catalog/channel.types.js';
import { isCommon, offerPredicate, productPredicate } from '../catalog/product-filter.store.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { isShown, type ShownByImage, shownOptions, type ShownOptions } from '../images/shown-options.js';
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
  /** Every SKU that the channel offers of each product that has one that passes. */
  readonly skus: ReadonlyMap<number, Sku[]>;
  /** Products that have something to sell, but nothing that passes the filter. */
  readonly others: ReadonlySet<number>;
  /**
   * The passing SKUs among those. A product is part of the answer when it is a key here: it has one that passes, and a
   * picture of one.
   */
  readonly passing: ReadonlyMap<number, Sku[]>;
  /** The options that the images of those products show, except for images of the product as a whole. */
  readonly shows: ShownByImage;
  /** By candidate image: another image of its product, where the candidate shows no SKU that passes. */
  readonly pictures: ReadonlyMap<number, number>;
}

/** Of products; the first row has them for all. */
const keys = z.array(z.number()).nullable();
const provenRow = z.discriminatedUnion('found', [
  skuRow.extend({
    found: z.literal(true),
    passes: z.boolean(),
    /** By image key. */
    shows: z.record(z.string(), shownOptions).nullable(),
    indexLagMs: z.number(),
    others: keys,
  }),
  z.object({ found: z.literal(false), asOf: z.date(), indexLagMs: z.number(), others: keys }),
]);

/**
 * Proves candidates of the index in one statement, and thus in one snapshot: which products still pass the filter in
 * this channel, the price and stock of every SKU, and what their images show. `position` is how far the index has
 * followed the change log (pg_snapshot); changes committed since then make up its lag. Where a candidate's image shows
 * only SKUs that do not pass, a second statement finds another image of the product; what passes is from the first.
 * SKUs of products that fail are not read: a search with a rare filter examines a thousand of them.
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
    ), offered AS MATERIALIZED (
      SELECT found.*, bool_or(found.passes) OVER (PARTITION BY found."productKey") AS "isProven" FROM (
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
      ) found
    )
    SELECT offer.*, offer.key IS NOT NULL AS found, report.lag AS "indexLagMs", report.as_of AS "asOf",
      CASE WHEN row_number() OVER (ORDER BY offer."productKey", offer.position, offer.key) = 1 THEN
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) END AS others
    FROM report LEFT JOIN offered offer ON offer."isProven"
    ORDER BY offer."productKey", offer.position, offer.key`;
  const rows = await (isCommon(condition) ? queryPrepared : query)(db, statement, provenRow);

  const found = rows
    .filter((row) => row.found)
    .map(({ passes, shows, ...row }) => ({ passes, shows, sku: toSku(row, channel) }));
  const [first] = rows;
  if (first === undefined) throw new Error('search.prove answers at least one row');
  const passing = groupByProduct(found.filter(({ passes }) => passes));
  const shows = new Map(
    found.flatMap(({ shows }) => Object.entries(shows ?? {}).map(([key, shown]) => [Number(key), shown])),
  );
  const otherPictures = await pictureOthers(db, candidates, passing, shows);
  return {
    asOf: first.asOf,
    indexLagMs: first.indexLagMs,
    skus: groupByProduct(found),
    others: new Set(first.others),
    passing: new Map([...passing].filter(([productId]) => !otherPictures.unpictured.has(productId))),
    shows: new Map([...shows, ...otherPictures.shows]),
    pictures: otherPictures.pictures,
  };
}

interface OtherPictures {
  readonly shows: ShownByImage;
  readonly pictures: ReadonlyMap<number, number>;
  /** Products that have no picture of what passes. */
  readonly unpictured: ReadonlySet<number>;
}

const picture = z.object({ imageId: z.number(), productId: z.number(), shows: shownOptions });

/** For candidates whose image shows no SKU that passes: the first image of the product that shows one. */
async function pictureOthers(
  db: Queryable,
  candidates: readonly Candidate[],
  passing: ReadonlyMap<number, readonly Sku[]>,
  shows: ShownByImage,
): Promise<OtherPictures> {
  const showsOne = (shown: ShownOptions | undefined, productId: number): boolean =>
    (passing.get(productId) ?? []).some((sku) => isShown(shown, sku.optionValues));
  const wrong = candidates.filter(
    ({ productId, imageId }) => passing.has(productId) && !showsOne(shows.get(imageId), productId),
  );
  if (wrong.length === 0) return { shows: new Map(), pictures: new Map(), unpictured: new Set() };
  const images = await query(
    db,
    sql`/* search.pictures */
      SELECT id AS "imageId", product_id AS "productId", shows FROM product_images
      WHERE product_id = ANY(${wrong.map(({ productId }) => productId)}::int[]) ORDER BY product_id, position`,
    picture,
  );
  const byProduct = groupBy(images, (image) => image.productId);
  const others = {
    shows: new Map<number, ShownOptions>(),
    pictures: new Map<number, number>(),
    unpictured: new Set<number>(),
  };
  for (const { productId, imageId } of wrong) {
    const other = byProduct.get(productId)?.find((image) => showsOne(image.shows, productId));
    if (other) {
      others.shows.set(other.imageId, other.shows);
      others.pictures.set(imageId, other.imageId);
    } else others.unpictured.add(productId);
  }
  return others;
}

const groupByProduct = (rows: readonly { sku: Sku }[]): Map<number, Sku[]> =>
  groupBy(
    rows.map(({ sku }) => sku),
    (sku) => sku.productKey,
  );
