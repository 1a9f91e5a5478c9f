import type { FeedFormat, ImageUrl } from './feed-format.js';
import type { SellableImage, SellableProduct, SellableSku } from './sellable.store.js';

const STATUS: Readonly<Record<string, string>> = {
  IN_STOCK: 'in_stock',
  LOW_STOCK: 'limited_stock',
  BACKORDER: 'backorder',
  PREORDER: 'preorder',
};

/**
 * The product feed of the Agentic Commerce Protocol, version 2026-04-17, for full replacement: a product with its
 * variants a line (agentic-commerce-protocol/agentic-commerce-protocol,
 * rfcs/rfc.product_feeds.md).
 */
export const acp: FeedFormat = {
  head: '',
  lines(product, imageUrl) {
    const { handle: id, title, url } = product;
    const [first] = product.skus;
    const line = {
      id,
      title,
      ...describe(product.description),
      ...(url === null ? {} : { url }),
      ...(first === undefined ? {} : mediaOf(first.images, imageUrl)),
      variants: product.skus.map((one) => variantOf(product, one, imageUrl)),
    };
    return `${JSON.stringify(line)}\n`;
  },
};

function variantOf(product: SellableProduct, { sku, images }: SellableSku, imageUrl: ImageUrl): object {
  const url = sku.url ?? product.url;
  const { code: id, gtin, amount, compareAt, currencyCode: currency, level } = sku;
  const options = Object.entries(sku.optionValues);
  const condition = product.attributes.filter(({ name }) => name === 'condition').map(({ value }) => value);
  return {
    id,
    title: [
      product.title,
      ...(options.length > 0 ? [options.map(([, value]) => value).join(' / ')] : []),
    ].join(' – '),
    ...(url === null ? {} : { url }),
    ...(gtin === null ? {} : { barcodes: [{ type: 'GTIN', value: gtin }] }),
    price: { amount, currency },
    ...(compareAt === null ? {} : { list_price: { amount: compareAt, currency } }),
    availability: { available: true, status: STATUS[level] ?? 'in_stock' },
    categories: [{ value: product.category.join(' > '), taxonomy: 'merchant' }],
    condition: condition.length > 0 ? condition : ['new'],
    ...(options.length > 0 && { variant_options: options.map(([name, value]) => ({ name, value })) }),
    ...mediaOf(images, imageUrl),
  };
}

const describe = (plain: string | null): object => (plain === null ? {} : { description: { plain } });

const mediaOf = (images: readonly SellableImage[], imageUrl: ImageUrl): object =>
  images.length === 0
    ? {}
    : {
        media: images.map((image) => ({
          type: 'image',
          url: imageUrl(image),
          ...(image.alt === null ? {} : { alt_text: image.alt }),
        })),
      };
