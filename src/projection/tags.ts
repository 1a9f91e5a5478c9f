import { fold } from '../graph/text.js';

/**
 * The vocabulary of tags: what a projection writes and a filter asks for. A tag never says less than Postgres
 * does: a product that passes a filter in Postgres has the tags that the filter asks for, so that the index may
 * let too much through (Postgres proves it) but never too little.
 *
 * In-stock AND category AND size is the filter of every storefront, and graph indexes lose recall on just such a
 * conjunction; so sellable, category and option stand together in one composite tag.
 */
export const tag = {
  /** Offered in the channel: it has a price there. */
  offered: (channel: string): string => `offered:${channel}`,
  /** Some SKU can be bought in the channel, or ordered to come later. */
  orderable: (channel: string): string => `orderable:${channel}`,
  /** Some SKU can be bought in the channel; with these, an SKU of this category, with this option. */
  sellable: (channel: string, category?: string, option?: string): string =>
    `sellable:${channel}${category === undefined ? '' : `|${category}`}${option === undefined ? '' : `|${option}`}`,
  /** Some SKU is sellable at the location, by its row id. */
  stocked: (locationKey: number): string => `stocked:${locationKey}`,
  category: (handle: string): string => `category:${handle}`,
  brand: (handle: string): string => `brand:${handle}`,
  attribute: (name: string, value: string): string => `attribute:${name}=${fold(value)}`,
  /** An SKU has this option, whatever its stock. */
  option: (option: string): string => `option:${option}`,
};

/** An option as it stands in tags; upper and lower case are the same. */
export const optionTag = (name: string, value: string): string => `${name.toLowerCase()}=${fold(value)}`;

/** The fields of the lowest and highest price, in minor units, that a product has or will have in a channel. */
export const priceField = (channel: string): { min: string; max: string } => ({
  min: `price_min:${channel}`,
  max: `price_max:${channel}`,
});
