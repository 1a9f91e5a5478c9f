import sql, { empty, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Channel } from '../catalog/channel.types.js';
import { isCommon, offerPredicate, productPredicate } from '../catalog/product-filter.store.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { isShown, type ShownByImage, shownOptions, type ShownOptions } from '../images/shown-options.js';
import type { OfferReads } from '../catalog/offer-reads.js';
import { offersOf } from '../catalog/offers.store.js';
import { AS_OF, type OfferedPrice, SKU_COLUMNS, skuRow, toSku } from '../catalog/sku.store.js';
import type { Sku } from '../catalog/sku.types.js';
import { groupBy } from '../platform/group-by.js';
import { query, queryPrepared, type Queryable } from '../platform/postgres.js';
import { cardRow, CARDS, cardsOf, pricesOf, PRICED_CARDS } from './card.store.js';

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
  /** Every SKU that the channel offers of each product that has one that passes, as far as they were read. */
  readonly skus: ReadonlyMap<number, Sku[]>;
  /** The prices of products whose SKUs were not read. */
  readonly prices: ReadonlyMap<number, OfferedPrice[]>;
  /** Products that have something to sell, but nothing that passes the filter. */
  readonly others: ReadonlySet<number>;
  /**
   * The passing SKUs among those. A product is part of the answer when it is a key here: it has one that passes, and a
   * picture of one. Empty where SKUs were not read.
   */
  readonly passing: ReadonlyMap<number, Sku[]>;
  /** The options that the images of those products show, except for images of the product as a whole. */
  readonly shows: ShownByImage;
  /** By candidate image: another image of its product, where the candidate shows no SKU that passes. */
  readonly pictures: ReadonlyMap<number, number>;
}

/** What a candidate shows that is gone, or came into quarantine, and that the index still has: no SKU has this option. */
const NOTHING: ShownOptions = { '': [] };

const provenRow = z.discriminatedUnion('found', [
  skuRow.extend({ found: z.literal(true), passes: z.boolean() }),
  /** The last row: what is said once for all. */
  z.object({
    found: z.literal(false),
    asOf: z.date(),
    indexLagMs: z.number(),
    /** Product keys. */
    others: z.array(z.number()),
    /** By image key, of the candidates that are shown, and whose SKUs were read. */
    shows: z.record(z.string(), shownOptions).nullable(),
    cards: z.array(cardRow).nullable(),
  }),
]);

interface ProofScope {
  /** How far the index has followed the change log (pg_snapshot). */
  readonly position: string;
  /** What the answer shows of the products' offers. */
  readonly reads: OfferReads;
}

/**
 * Proves candidates of the index in one statement, and thus in one snapshot: which products still pass the filter in
 * this channel, the price and stock of every SKU, and what their images show. Changes that were committed since `position`
 * make up the index's lag. Where a candidate's image shows only SKUs that do not pass, or is not shown, a second statement
 * finds another image of the product; what passes is from the first.
 *
 * An answer without SKUs needs one of each product: the first that passes and that the image shows. Only where there is none
 * are all of them read, to say why, and to find another image.
 */
export async function prove(
  db: Queryable,
  channel: Channel,
  condition: ProductCondition,
  candidates: readonly Candidate[],
  { position, reads }: ProofScope,
): Promise<Proof> {
  const statement = proofStatement(channel, condition, candidates, { position, reads });
  const rows = await (isCommon(condition) ? queryPrepared : query)(db, statement, provenRow);

  const report = rows.at(-1);
  if (report?.found !== false) throw new Error('search.prove ends with a report');
  const found = rows
    .filter((row) => row.found)
    .map(({ passes, ...row }) => ({ passes, sku: toSku(row, channel, report.asOf) }));
  const skus = groupByProduct(found);
  const passing = groupByProduct(found.filter(({ passes }) => passes));
  const shows = new Map(
    candidates
      .filter(({ productId }) => skus.has(productId))
      .map(({ imageId }) => [imageId, report.shows?.[imageId] ?? NOTHING] as const)
      .filter(([, shown]) => Object.keys(shown).length > 0),
  );
  const otherPictures = await pictureOthers(db, candidates, passing, shows);
  const pictured = [...shows].filter(([, shown]) => !Object.hasOwn(shown, ''));
  const cards = report.cards ?? [];
  return {
    asOf: report.asOf,
    indexLagMs: report.indexLagMs,
    skus,
    prices: pricesOf(cards, channel),
    others: new Set(report.others),
    passing: new Map([
      ...cards.map(({ productKey }): [number, Sku[]] => [productKey, []]),
      ...[...passing].filter(([productId]) => !otherPictures.unpictured.has(productId)),
    ]),
    shows: new Map([...pictured, ...otherPictures.shows]),
    pictures: otherPictures.pictures,
  };
}

/**
 * The prices of cards take longer to plan than the stock of SKUs to read, so a statement that is planned each time has SKUs.
 *
 * SKUs of products that fail are not returned: a search with a rare filter examines a thousand of them. The join that no
 * rows meet has all rows of both sides: the SKUs, and after them what is said once for all.
 */
export function proofStatement(
  channel: Channel,
  condition: ProductCondition,
  candidates: readonly Candidate[],
  { position, reads }: ProofScope,
): Sql {
  const productIds = sql`${candidates.map(({ productId }) => productId)}::int[]`;
  const imageIds = sql`${candidates.map(({ imageId }) => imageId)}::int[]`;
  const { first, readProducts, readImages, cards } =
    reads === 'SKUS' || (reads === 'PRICES' && !isCommon(condition))
      ? {
          first: empty,
          readProducts: sql`SELECT product.id FROM products product
          WHERE product.id = ANY(${productIds}) AND ${productPredicate(condition)}`,
          readImages: imageIds,
          cards: sql`NULL::json`,
        }
      : {
          first: sql`${cardsOf(channel.key, condition, { productIds, imageIds })}, `,
          readProducts: sql`SELECT product_id FROM card WHERE NOT proven`,
          readImages: sql`ARRAY(SELECT image_id FROM card WHERE NOT proven)`,
          cards: reads === null ? CARDS : PRICED_CARDS,
        };
  return sql`/* search.prove */
    WITH ${first}${offersOf(channel.key, sql`sku.product_id = ANY(ARRAY(${readProducts}))`)}, offered AS MATERIALIZED (
      SELECT found.*, bool_or(found.passes) OVER (PARTITION BY found."productKey") AS "isProven" FROM (
        SELECT ${SKU_COLUMNS}, offer.position, ${offerPredicate(condition)} AS passes FROM offer
      ) found
    ), report AS (
      SELECT ${AS_OF} AS "asOf", least(2147483647, coalesce(ceil(1000 * extract(epoch FROM
          clock_timestamp() - least(
            (SELECT changed_at FROM product_changes
              WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(${position}::pg_snapshot))) ORDER BY xid LIMIT 1),
            (SELECT changed_at FROM product_changes
              WHERE xid >= pg_snapshot_xmax(${position}::pg_snapshot) ORDER BY xid LIMIT 1)
          ))), 0))::int AS "indexLagMs",
        ARRAY(SELECT DISTINCT "productKey" FROM offered WHERE NOT "isProven" AND sellable > 0) AS others,
        (SELECT jsonb_object_agg(id, shows) FROM shown_images WHERE id = ANY(${readImages})) AS shows,
        ${cards} AS cards
    )
    SELECT offer.*, report.*, offer.key IS NOT NULL AS found
    FROM (SELECT * FROM offered WHERE "isProven") offer FULL JOIN report ON false
    ORDER BY offer."productKey", offer.position, offer.key`;
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
      SELECT id AS "imageId", product_id AS "productId", shows FROM shown_images
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
