import { formatAmount } from '../graph/money.js';
import type { Sku } from '../catalog/sku.types.js';
import type { FeedFormat } from './feed-format.js';
import type { SellableProduct } from './sellable.store.js';

/** Google Merchant Center takes this many images beside the first. */
const MAX_ADDITIONAL_IMAGES = 10;
/** In characters. */
const MAX_TITLE = 150;
const MAX_DESCRIPTION = 5_000;

const COLUMNS = [
  'id',
  'item_group_id',
  'title',
  'description',
  'link',
  'image_link',
  'additional_image_link',
  'availability',
  'availability_date',
  'price',
  'sale_price',
  'brand',
  'gtin',
  'identifier_exists',
  'condition',
  'product_type',
  'color',
  'size',
  'material',
  'pattern',
  'gender',
  'age_group',
  'product_detail',
] as const;
type Column = (typeof COLUMNS)[number];

/** Attributes and options that have a column of their own; the others are product details. */
const NAMED = ['color', 'size', 'material', 'pattern', 'gender', 'age_group', 'condition'] as const;
const isNamed = (name: string): boolean => NAMED.some((known) => known === name);

/**
 * The product data of Google Merchant Center (support.google.com/merchants/answer/7052112) as tab-separated values,
 * an SKU a line.
 */
export const google: FeedFormat = {
  head: lineOf(COLUMNS),
  lines(product, imageUrl, leaveOut) {
    const lines = product.skus.flatMap(({ sku, images }) => {
      const [image, ...others] = images;
      const link = sku.url ?? product.url;
      if (link === null) leaveOut('no link to a product page', sku.code);
      else if (image === undefined) leaveOut('no picture', sku.code);
      else if (availabilityOf(sku) !== 'in_stock' && sku.restockAt === null)
        leaveOut('no date of a preorder or backorder', sku.code);
      else {
        const cells: Readonly<Record<Column, string>> = {
          ...namedCells(product, sku),
          ...priceCells(sku),
          ...availabilityCells(sku),
          id: sku.code,
          item_group_id: product.handle,
          title: shorten(product.title, MAX_TITLE),
          description: shorten(product.description ?? product.title, MAX_DESCRIPTION),
          link,
          image_link: imageUrl(image),
          additional_image_link: others.slice(0, MAX_ADDITIONAL_IMAGES).map(imageUrl).join(','),
          brand: product.brand ?? '',
          gtin: sku.gtin ?? '',
          identifier_exists: sku.gtin === null && product.brand === null ? 'no' : '',
          product_type: product.category.join(' > '),
          product_detail: detailsOf(product, sku),
        };
        return lineOf(COLUMNS.map((column) => cells[column]));
      }
      return [];
    });
    return lines.join('');
  },
};

/** Without what would end a cell: readers differ in how they take quotes. */
function lineOf(cells: readonly string[]): string {
  return `${cells.map((cell) => cell.replace(/\s+/g, ' ').trim()).join('\t')}\n`;
}

function shorten(text: string, length: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= length ? flat : `${flat.slice(0, length - 1)}…`;
}

function namedCells(product: SellableProduct, sku: Sku): Record<(typeof NAMED)[number], string> {
  const cells = Object.fromEntries(
    NAMED.map((name) => {
      const values = product.attributes
        .filter((attribute) => attribute.name === name)
        .map(({ value }) => value);
      const option = Object.hasOwn(sku.optionValues, name) ? sku.optionValues[name] : undefined;
      return [name, option ?? values.join('/')];
    }),
  );
  const {
    color = '',
    size = '',
    material = '',
    pattern = '',
    gender = '',
    age_group = '',
    condition,
  } = cells;
  return { color, size, material, pattern, gender, age_group, condition: condition || 'new' };
}

function priceCells({ amount, compareAt, currencyCode }: Sku): Record<'price' | 'sale_price', string> {
  const money = (minor: number): string => `${formatAmount(minor, currencyCode)} ${currencyCode}`;
  return compareAt === null
    ? { price: money(amount), sale_price: '' }
    : { price: money(compareAt), sale_price: money(amount) };
}

const availabilityOf = ({ level }: Sku): 'preorder' | 'backorder' | 'in_stock' =>
  level === 'PREORDER' ? 'preorder' : level === 'BACKORDER' ? 'backorder' : 'in_stock';

function availabilityCells(sku: Sku): Record<'availability' | 'availability_date', string> {
  const availability = availabilityOf(sku);
  const date = availability === 'in_stock' ? null : sku.restockAt;
  return { availability, availability_date: date?.toISOString() ?? '' };
}

function detailsOf(product: SellableProduct, sku: Sku): string {
  const options = Object.entries(sku.optionValues).map(([name, value]) => ['Options', name, value] as const);
  const attributes = product.attributes.map(({ name, value }) => ['Details', name, value] as const);
  return [...options, ...attributes]
    .filter(([, name]) => !isNamed(name))
    .map(([section, name, value]) =>
      `${section}:${name.replaceAll('_', ' ')}:${value}`.replaceAll(',', '\\,'),
    )
    .join(',');
}
