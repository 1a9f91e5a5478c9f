import type { ShownOptions } from '../images/shown-options.js';
import { fold } from '../graph/text.js';
import { partsOf } from '../catalog/option-parts.js';
import type { PointPayload } from '../vector-index/port.js';
import { CREATED_FIELD, optionTag, priceField, tag } from './tags.js';

// Catalogs from before there were limits for products (catalog/write/tag-limits.ts) must not stop the index, so these
// limits are twice as high. Filters do not find a product by what is beyond them.
export const MAX_ATTRIBUTE_TAGS = 500;
const MAX_ATTRIBUTE_CHARS = 40_000;
const MAX_OPTION_TAGS = 500;
const MAX_OPTION_CHARS = 20_000;
/**
 * Images of one product that show different SKUs have different tags: about so many, counted for each SKU in each set
 * of SKUs. A T-shirt in 80 colors and 20 sizes, in three channels and a category of four levels, has 51,000.
 */
const MAX_LISTED_TAGS = 80_000;
/** Maximum groups of images that are compared with all SKUs of their product. */
const MAX_COMPARED = 100;

export interface ProductFacts {
  readonly key: number;
  /** Handle; null: none. */
  readonly brand: string | null;
  /** Handles of its category and all above. */
  readonly categories: readonly string[];
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** When it was added, in whole seconds since 1970, rounded down. */
  readonly createdAt: number;
}

/** An SKU with its price and stock in a channel. */
export interface OfferFacts {
  readonly skuKey: number;
  readonly channel: string;
  readonly options: Readonly<Record<string, string>>;
  /** Row ids of locations. */
  readonly stockedAt: readonly number[];
  readonly orderable: boolean;
  /** Whether a price, present or future, is a sale price. */
  readonly onSale: boolean;
  /** Null: unknown. */
  readonly gtin: string | null;
  /** In minor units. */
  readonly minAmount: number;
  readonly maxAmount: number;
}

/** Images of a product that show the same. */
export interface PicturedFacts {
  readonly shows: ShownOptions;
  readonly imageIds: readonly number[];
}

/**
 * The payloads of a product's images, by image id; with `only`, of these images. Images that show the same SKUs share
 * one payload, and all payloads share their strings. When a product has too many different images, the last of them get
 * the tags of the whole product: the index then returns too much for them, which Postgres proves.
 */
export function projectProduct(
  product: ProductFacts,
  offers: readonly OfferFacts[],
  pictured: readonly PicturedFacts[],
  only?: ReadonlySet<number>,
): Map<number, PointPayload> {
  const tags = new ProductTags(product, offers);
  const keyOf = (skus: readonly ProjectedSku[]): string => skus.map(({ place }) => place).join();
  const whole = keyOf(tags.skus);
  const known = new Set([whole]);
  const bySkus = new Map<string, PointPayload>();
  const payloads = new Map<number, PointPayload>();
  let listed = 0;
  for (const [group, { shows, imageIds }] of pictured.entries()) {
    let shown = group < MAX_COMPARED ? tags.shownIn(shows) : tags.skus;
    let key = keyOf(shown);
    if (!known.has(key)) {
      listed += shown.reduce((sum, { weight }) => sum + weight, 0);
      if (listed <= MAX_LISTED_TAGS) known.add(key);
      else [shown, key] = [tags.skus, whole];
    }
    for (const imageId of imageIds) {
      if (only !== undefined && !only.has(imageId)) continue;
      const payload = bySkus.get(key) ?? tags.payloadOf(shown);
      bySkus.set(key, payload);
      payloads.set(imageId, payload);
    }
  }
  return payloads;
}

interface ProjectedSku {
  /** In the order of the product's SKUs. */
  readonly place: number;
  readonly offers: readonly OfferFacts[];
  /** Case-folded, by name. */
  readonly options: ReadonlyMap<string, string>;
  readonly optionTags: readonly string[];
  /** The number of tags that its options make. */
  readonly weight: number;
}

/** The tags of one product. Each string is built once, however many images have it. */
class ProductTags {
  readonly skus: readonly ProjectedSku[];
  readonly #common: readonly string[];
  readonly #categories: readonly string[];
  readonly #createdAt: number;
  readonly #expanded = new Map<string, readonly string[]>();

  constructor(product: ProductFacts, offers: readonly OfferFacts[]) {
    this.#categories = product.categories;
    this.#createdAt = product.createdAt;
    const attributes = product.attributes.map(({ name, value }) =>
      partsOf(value).map((part) => tag.attribute(name, part)),
    );
    this.#common = [
      ...new Set([
        ...product.categories.map(tag.category),
        ...(product.brand === null ? [] : [tag.brand(product.brand)]),
        ...leading(wholesFirst(attributes), MAX_ATTRIBUTE_TAGS, MAX_ATTRIBUTE_CHARS),
      ]),
    ];
    this.skus = projectSkus(offers, 1 + product.categories.length);
  }

  /** The SKUs that an image shows; the same as `isShown` finds. */
  shownIn(shows: ShownOptions): readonly ProjectedSku[] {
    const wanted = Object.entries(shows).map(([name, values]) => [name, new Set(values.map(fold))] as const);
    return this.skus.filter(({ options }) =>
      wanted.every(([name, values]) => {
        const value = options.get(name);
        return value !== undefined && values.has(value);
      }),
    );
  }

  payloadOf(skus: readonly ProjectedSku[]): PointPayload {
    const found = new Set<string>();
    const options = new Set<string>();
    const sellable = new Map<string, Set<string>>();
    const numbers: Record<string, number> = { [CREATED_FIELD]: this.#createdAt };
    for (const { offers, optionTags } of skus) {
      for (const option of optionTags) options.add(option);
      for (const { channel, stockedAt, orderable, onSale, gtin, minAmount, maxAmount } of offers) {
        const field = priceField(channel);
        numbers[field.min] = Math.min(numbers[field.min] ?? Infinity, minAmount);
        numbers[field.max] = Math.max(numbers[field.max] ?? -Infinity, maxAmount);
        found.add(tag.offered(channel));
        if (orderable) found.add(tag.orderable(channel));
        if (onSale) found.add(tag.onSale(channel));
        if (gtin !== null) found.add(tag.gtin(gtin));
        for (const location of stockedAt) found.add(tag.stocked(location));
        if (stockedAt.length === 0) continue;
        const inChannel = sellable.get(channel) ?? new Set();
        for (const option of optionTags) inChannel.add(option);
        sellable.set(channel, inChannel);
      }
    }
    const tags = [...this.#common, ...found];
    for (const option of options) tags.push(...this.#once(tag.option(option)));
    for (const [channel, inChannel] of sellable) {
      for (const option of [undefined, ...inChannel]) {
        const below = this.#categories.map((category) => () => tag.sellable(channel, category, option));
        tags.push(...this.#once(tag.sellable(channel, undefined, option), below));
      }
    }
    return { tags, numbers };
  }

  /** A tag and those that come with it. */
  #once(first: string, others: readonly (() => string)[] = []): readonly string[] {
    const known = this.#expanded.get(first);
    if (known !== undefined) return known;
    const tags = [first, ...others.map((build) => build())];
    this.#expanded.set(first, tags);
    return tags;
  }
}

/** `places`: how many tags an option has in each channel. */
function projectSkus(offers: readonly OfferFacts[], places: number): ProjectedSku[] {
  const bySku = new Map<number, [OfferFacts, ...OfferFacts[]]>();
  for (const offer of offers) {
    const known = bySku.get(offer.skuKey);
    if (known === undefined) bySku.set(offer.skuKey, [offer]);
    else known.push(offer);
  }
  const skus = [...bySku.values()].map((ofSku, place) => {
    const options = Object.entries(ofSku[0].options).map(([name, value]) => ({
      name,
      value: fold(value),
      tags: partsOf(value).map((part) => optionTag(name, part)),
    }));
    return { place, offers: ofSku, options };
  });
  const all = skus.flatMap(({ options }) => options.map(({ tags }) => tags));
  const kept = new Set(leading(wholesFirst(all), MAX_OPTION_TAGS, MAX_OPTION_CHARS));
  return skus.map(({ place, offers: ofSku, options }) => {
    const optionTags = options.flatMap(({ tags }) => tags).filter((option) => kept.has(option));
    return {
      place,
      offers: ofSku,
      options: new Map(options.map(({ name, value }) => [name, value])),
      optionTags,
      weight: optionTags.length * (1 + ofSku.length * places),
    };
  });
}

/** The tags of values, each of a whole value before those of its parts: no value is cut for the parts of another. */
const wholesFirst = (ofValues: readonly (readonly string[])[]): string[] => [
  ...new Set([...ofValues.flatMap((tags) => tags.slice(0, 1)), ...ofValues.flatMap((tags) => tags.slice(1))]),
];

/** The first texts that are at most so many and have at most so many characters together. */
function leading(texts: readonly string[], most: number, mostChars: number): string[] {
  let chars = 0;
  return texts.slice(0, most).filter((text) => (chars += text.length) <= mostChars);
}
