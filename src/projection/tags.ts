import { fold } from '../graph/text.js';

/**
 * The vocabulary of tags: a projection writes them, and a filter asks for them. A product that passes a filter in
 * Postgres has all tags that the filter asks for, so the index may return too much (Postgres proves it) but never too
 * little.
 *
 * Every storefront filters by in-stock AND category AND size, and graph indexes lose recall on just such a
 * conjunction; so one composite tag combines sellable, category, and option.
 */
export const tag = {
  /** Offered in the channel: it has a price there. */
  offered: (channel: string): string => `offered:${channel}`,
  /** Some SKU can be bought in the channel, or ordered for later delivery. */
  orderable: (channel: string): string => `orderable:${channel}`,
  /** Some SKU can be bought in the channel; optionally, an SKU of this category, with this option. */
  sellable: (channel: string, category?: string, option?: string): string =>
    `sellable:${channel}${category === undefined ? '' : `|${category}`}${option === undefined ? '' : `|${option}`}`,
  /** Some SKU is sellable at the location, by its row id. */
  stocked: (locationKey: number): string => `stocked:${locationKey}`,
  category: (handle: string): string => `category:${handle}`,
  brand: (handle: string): string => `brand:${handle}`,
  attribute: (name: string, value: string): string => `attribute:${name}=${fold(value)}`,
  /** Some SKU has a sale price in the channel, now or later. */
  onSale: (channel: string): string => `sale:${channel}`,
  /** Some SKU has this GTIN, without leading zeros. */
  gtin: (gtin: string): string => `gtin:${gtin}`,
  /** An SKU has this option, whatever its stock. */
  option: (option: string): string => `option:${option}`,
};

/** An option as tags contain it, case-insensitive. */
export const optionTag = (name: string, value: string): string => `${name.toLowerCase()}=${fold(value)}`;

/** The fields for a product's lowest and highest price in a channel, present or future, in minor units. */
export const priceField = (channel: string): { min: string; max: string } => ({
  min: `price_min:${channel}`,
  max: `price_max:${channel}`,
});

/** The field for when a product was added, in whole seconds since 1970. */
export const CREATED_FIELD = 'created';
