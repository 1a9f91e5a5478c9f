import { parseAmount } from '../../../graph/money.js';
import { shopLine, shopText } from '../../shop-text.js';
import type { Picture, Price, Product, Variant } from './documents.js';

/** More pictures than an agent shows. */
const MAX_MEDIA = 8;

/** An amount in minor units. */
const minor = ({ amount, currencyCode }: Price): number => parseAmount(amount, currencyCode);

const toPrice = (price: Price): object => ({ amount: minor(price), currency: price.currencyCode });

const toMedia = (pictures: readonly (Picture | null)[]): object[] =>
  pictures.slice(0, MAX_MEDIA).flatMap((picture) =>
    picture?.url == null
      ? []
      : [
          {
            type: 'image',
            url: picture.url,
            ...(picture.altText === null ? {} : { alt_text: shopLine(picture.altText) }),
          },
        ],
  );

const STATUS = {
  IN_STOCK: 'in_stock',
  LOW_STOCK: 'in_stock',
  BACKORDER: 'backorder',
  PREORDER: 'preorder',
  OUT_OF_STOCK: 'out_of_stock',
} as const;

/** The values of a variant, in the words that shoppers see. */
export const optionsOf = ({ options }: Variant): { readonly name: string; readonly label: string }[] =>
  options.map(({ name, value }) => ({ name: shopLine(name), label: shopLine(value) }));

/** A variant as UCP has it. */
export function toVariant(product: Product, variant: Variant): object {
  const { id, code, gtin, url, price, availability, image } = variant;
  const options = optionsOf(variant);
  const title =
    options.length === 0 ? shopLine(product.title) : options.map(({ label }) => label).join(' / ');
  return {
    id,
    sku: shopLine(code),
    ...(gtin === null ? {} : { barcodes: [{ type: 'GTIN', value: gtin }] }),
    title,
    description: { plain: title },
    ...(url === null ? {} : { url }),
    price: toPrice(price),
    ...(price.compareAtAmount === null
      ? {}
      : { list_price: toPrice({ ...price, amount: price.compareAtAmount }) }),
    availability: {
      available: availability.sellable || availability.orderable,
      status: STATUS[availability.level],
    },
    ...(options.length === 0 ? {} : { options }),
    ...(image === null ? {} : { media: toMedia([image]) }),
  };
}

/** When the stock of these variants was proven: of several moments, the earliest. */
export const provenAt = (variants: readonly Variant[]): { as_of: string; proven: true } | null => {
  const [earliest] = variants.map(({ availability }) => availability.asOf).sort();
  return earliest === undefined ? null : { as_of: earliest, proven: true };
};

/** An option with all its values. */
export interface ProductOption {
  readonly name: string;
  readonly values: readonly { readonly label: string }[];
}

/** A product as UCP has it. */
export interface UcpProduct {
  readonly id: string;
  readonly options?: readonly ProductOption[];
}

/** A product as UCP has it, with these variants, the best first. Null when it has no price or no variant. */
export function toProduct(product: Product, variants: readonly object[]): UcpProduct | null {
  const { id, handle, url, category, priceRange, images, options } = product;
  if (priceRange === null || variants.length === 0) return null;
  const title = shopLine(product.title);
  const description = shopText(product.description ?? '');
  const answer = {
    id,
    handle,
    title,
    description: { plain: description === '' ? title : description },
    ...(url === null ? {} : { url }),
    ...(category === null ? {} : { categories: [{ value: category.handle, taxonomy: 'merchant' }] }),
    price_range: { min: toPrice(priceRange.min), max: toPrice(priceRange.max) },
    ...(images === null ? {} : { media: toMedia(images) }),
    ...(options === null || options.length === 0
      ? {}
      : {
          options: options.map(({ name, values }) => ({
            name: shopLine(name),
            values: values.map(({ value }) => ({ label: shopLine(value) })),
          })),
        }),
    variants,
  };
  return answer;
}
