import DataLoader from 'dataloader';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import type { Channel } from './channel.types.js';
import { groupInOrder, inOrder } from '../graph/load.js';
import { instantiate } from '../graph/node.js';
import { inMerchantsOrder } from './option-order.js';
import { offersOf } from './offers.store.js';
import { pricedSkus } from './priced-skus.store.js';
import { Sku } from './sku.types.js';

export const skuRow = z.object({
  key: z.number(),
  productKey: z.number(),
  code: z.string(),
  gtin: z.string().nullable(),
  url: z.string().nullable(),
  optionValues: z.record(z.string(), z.string()),
  optionNames: z.array(z.string()),
  imageKey: z.number().nullable(),
  currencyCode: z.string(),
  amount: z.number(),
  compareAt: z.number().nullable(),
  priceValidUntil: z.date().nullable(),
  sellable: z.number(),
  counted: z.boolean(),
  level: z.string(),
  restockAt: z.date().nullable(),
  promised: z.number(),
});

/** The first row says when all of them were read. */
export const offerRow = skuRow.extend({ asOf: z.date().nullable() });

const stockRow = z.object({ key: z.number(), sellable: z.number() });

/**
 * The time when Postgres was read, or slightly before. For a single statement, now() is when it arrived;
 * statement_timestamp() is when it was executed, and its snapshot may then already be a few milliseconds old.
 */
export const AS_OF = sql`now()`;

/** The columns of `skuRow`, from `offer` of `offersOf`. */
export const SKU_COLUMNS = sql`offer.sku_id AS key, offer.product_id AS "productKey", offer.code, offer.gtin, offer.url,
  offer.options AS "optionValues", offer.option_names AS "optionNames", offer.image_id AS "imageKey",
  offer.currency AS "currencyCode", offer.amount, offer.compare_at AS "compareAt",
  offer.price_valid_until AS "priceValidUntil", offer.sellable, offer.counted, offer.level,
  offer.restock_at AS "restockAt", offer.promised`;

/** In the merchant's order. */
export const IN_ORDER = sql`ORDER BY offer.product_id, offer.position, offer.sku_id`;

/** The columns of `offerRow`, of a statement that is `IN_ORDER`. */
export const OFFER_COLUMNS = sql`${SKU_COLUMNS}, CASE WHEN row_number() OVER (${IN_ORDER}) = 1 THEN ${AS_OF} END AS "asOf"`;

export const toSku = (
  { optionNames, optionValues, ...row }: z.infer<typeof skuRow>,
  channel: Channel,
  asOf: Date,
): Sku =>
  Object.assign(instantiate(Sku, { ...row, asOf }), {
    channel,
    optionValues: inMerchantsOrder(optionValues, optionNames),
  });

/** The SKUs of a statement with `OFFER_COLUMNS`. */
export function toSkus(rows: readonly z.infer<typeof offerRow>[], channel: Channel): Sku[] {
  const asOf = rows[0]?.asOf ?? null;
  if (asOf === null && rows.length > 0) throw new Error('The first offer says when it was read');
  return asOf === null ? [] : rows.map((row) => toSku(row, channel, asOf));
}

const priceRow = skuRow
  .pick({ productKey: true, compareAt: true, priceValidUntil: true })
  // Null: the channel does not offer the SKU.
  .extend({ amount: z.number().nullable() });

/** What an SKU costs in the channel. */
export type OfferedPrice = Pick<Sku, 'amount' | 'compareAt' | 'priceValidUntil' | 'currencyCode'>;

/** The SKUs that one channel offers; one set of loaders per request. */
export class SkuStore {
  constructor(
    private readonly db: Queryable,
    private readonly channel: Channel,
  ) {}

  readonly byKey = new DataLoader<number, Sku | null>(async (keys) => {
    const skus = await this.#offers(sql`/* sku.byKey */`, sql`sku.id = ${anyOf(keys, 'int')}`);
    return inOrder(keys, skus);
  });

  readonly byCode = new DataLoader<string, Sku | null>(async (codes) => {
    const skus = await this.#offers(sql`/* sku.byCode */`, sql`sku.code = ${anyOf(codes, 'text')}`);
    const byCode = new Map(skus.map((sku) => [sku.code, sku]));
    return codes.map((code) => byCode.get(code) ?? null);
  });

  /** All SKUs of a product that the channel offers, in the merchant's order. */
  readonly byProduct = new DataLoader<number, Sku[]>(async (productKeys) => {
    const skus = await this.#offers(
      sql`/* sku.byProduct */`,
      sql`sku.product_id = ${anyOf(productKeys, 'int')}`,
    );
    return groupInOrder(productKeys, skus, (sku) => sku.productKey);
  });

  readonly #sellableAt = new Map<number, DataLoader<number, number>>();

  /** Loads how many units of an SKU one location can sell to the channel, by key of the SKU. */
  sellableAt(locationKey: number): DataLoader<number, number> {
    const loader = this.#sellableAt.get(locationKey) ?? this.#loadSellableAt(locationKey);
    this.#sellableAt.set(locationKey, loader);
    return loader;
  }

  #loadSellableAt(locationKey: number): DataLoader<number, number> {
    return new DataLoader(async (keys) => {
      const statement = sql`/* sku.sellableAt */ SELECT stock.sku_id AS key, stock.sellable FROM available_stock stock
        JOIN channel_locations served ON served.location_id = stock.location_id AND served.channel_id = ${this.channel.key}
        WHERE stock.sku_id = ${anyOf(keys, 'int')} AND stock.location_id = ${locationKey}`;
      const found = await queryPrepared(this.db, statement, stockRow);
      const byKey = new Map(found.map(({ key, sellable }) => [key, sellable]));
      return keys.map((key) => byKey.get(key) ?? 0);
    });
  }

  /** The prices of a product's SKUs that the channel offers: without stock, which takes most of the time of an offer. */
  readonly pricesByProduct = new DataLoader<number, OfferedPrice[]>(async (productKeys) => {
    const list = sql`(SELECT price_list_id FROM channels WHERE id = ${this.channel.key})`;
    const rows = await queryPrepared(
      this.db,
      sql`/* sku.pricesByProduct */ WITH ${pricedSkus(anyOf(productKeys, 'int'), list)}
        SELECT product_id AS "productKey", amount, compare_at AS "compareAt", valid_until AS "priceValidUntil"
        FROM sku FULL JOIN price USING (id) ORDER BY product_id, position, id`,
      priceRow,
    );
    const { currencyCode } = this.channel;
    const prices = rows.flatMap(({ amount, ...row }) =>
      amount === null ? [] : [{ ...row, amount, currencyCode }],
    );
    return groupInOrder(productKeys, prices, ({ productKey }) => productKey);
  });

  async #offers(name: Sql, condition: Sql): Promise<Sku[]> {
    const statement = sql`${name} WITH ${offersOf(this.channel.key, condition)}
      SELECT ${OFFER_COLUMNS} FROM offer ${IN_ORDER}`;
    return toSkus(await queryPrepared(this.db, statement, offerRow), this.channel);
  }
}
