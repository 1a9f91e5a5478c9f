import type { Cells } from '../source/cells.js';
import { listElements, type Listed, type Listing, type Pair, type ProductFormat } from './format.js';
import { merchantListing, splitLinks } from './merchant-center.js';
import { optionName } from '../values/option-name.js';
import { plainText } from '../values/plain-text.js';

/** Elements that Google's feeds do not have, of those that are named below; its `image_link` is in no other feed. */
const OWN: ReadonlySet<string> = new Set([
  ...['productname', 'itemgroup_id', 'group_id', 'categoryid', 'currencyid', 'picture', 'vendor', 'param'],
  ...['price_vat', 'price_with_vat', 'imgurl', 'avail', 'parameters'],
]);

/** What the same things are called, the most telling name first. */
const ID = [
  'item_id',
  'sku',
  'code',
  'id',
  'product_code',
  'product_id',
  'productid',
  'variationid',
  'vid',
] as const;
const GROUP = ['itemgroup_id', 'item_group_id', 'group_id', 'parent_id', 'parent_sku'] as const;
const TITLE = [
  'productname',
  'title',
  'name',
  'product',
  'product_name',
  'description.name',
  'name_ua',
  'name_ru',
  'productnameext',
] as const;
const PRICE = [
  ...['price_vat', 'price_with_vat', 'price', 'pricevat', 'price.value', 'price.gross'],
  'regular_price',
] as const;
const BEFORE = [
  'oldprice',
  'old_price',
  'price_old',
  'standard_price',
  'regular_price',
  'list_price',
] as const;
const SALE = ['price_promo', 'sale_price', 'special_price', 'discount_price', 'promo_price'] as const;
const QUANTITY = [
  ...[
    'quantity',
    'stock_quantity',
    'quantity_in_stock',
    'stock.amount',
    'stock.quantity',
    'stock',
    'qty',
    'amount',
  ],
  ...['inventory', 'count', 'in_stock', 'instock', 'outlets.instock'],
] as const;
const TEXT = [
  'description',
  'desc',
  'long_description',
  'description_ua',
  'description_ru',
  'description.long_desc',
  'short_description',
] as const;
const IMAGES = [
  ...['imgurl', 'picture', 'image', 'image_url', 'imageurl', 'imgs.main', 'images', 'pictures', 'photos'],
  ...['imgurl_alternative', 'additional_imageurl', 'imgs.i', 'gallery', 'image_ref'],
] as const;
const BRAND = [
  'manufacturer',
  'vendor',
  'brand',
  'producer',
  'manufacturer.name',
  'producer.name',
  'brand.name',
] as const;
const GTIN = ['ean', 'gtin', 'barcode', 'ean13', 'upc'] as const;
const CATEGORY = [
  ...[
    'categorytext',
    'categoryid',
    'category',
    'cat',
    'categories',
    'category_path',
    'categories.default_category',
  ],
  ...['categories.category', 'category.name', 'product_type', 'google_product_category'],
] as const;
const PARAMS = [
  'param',
  'parameters',
  'parameter',
  'params',
  'attrs',
  'attributes',
  'features',
  'options',
] as const;
/** Such values that are no attributes. */
const BRAND_NAME = /^(?:producent|výrobce|výrobca|manufacturer|brand|marka|бренд)$/i;
const GTIN_NAME = /^(?:ean|gtin)$/i;

/**
 * The XML of shop systems and price comparison sites: Heureka, Zboží, Shoptet, Yandex Market (YML) and the markets of
 * Ukraine, Ceneo, Skroutz, and others whose elements have these names.
 */
export const shopXml: ProductFormat = {
  name: 'shop XML',
  lists: 'products',
  recognizes: ({ columns, syntax }) =>
    /^(?:XML|RSS|Atom)/.test(syntax) &&
    !columns.has('image_link') &&
    (syntax === 'XML' || [...columns].some((column) => OWN.has(column))) &&
    [ID, TITLE, PRICE].every((names) => names.some((name) => columns.has(name))),
  read: (records) => listElements(records(), listItem),
};

function listItem(line: number, cells: Cells): Listed<Listing> {
  const visibility = cells.get('visibility', 'visible', 'active', 'status');
  if (visibility !== undefined && /^(?:hidden|blocked|draft|inactive|disabled|false|no|0)$/i.test(visibility))
    return { line, skipped: 'the product is not visible' };
  const net = cells.get('price') !== undefined && cells.get('vat', 'tax') !== undefined;
  if (net && cells.get('price_vat') === undefined && cells.get('productname', 'product') !== undefined)
    return {
      line,
      fault:
        'price: It is without VAT. Add PRICE_VAT; or if VAT is in it, say so with --columns: { "PRICE": "price_vat" }.',
    };
  const listing = merchantListing(line, cells);
  const params = cells
    .all(...PARAMS)
    .flatMap(pairOf)
    .concat(
      cells.matching(/^(?:options|attributes|params)\.(.+)$/).map(({ name, value }): Pair => [name, value]),
    );
  const named = (pattern: RegExp): string | undefined => params.find(([name]) => pattern.test(name))?.[1];
  const chosen = params.filter(([name]) => ['color', 'size'].includes(optionName(name)));
  const group = cells.get(...GROUP);
  return {
    ...listing,
    id: cells.get(...ID),
    group,
    title: cells.get(...TITLE) ?? modelOf(cells),
    groupTitle: cells.get('item_group_title') ?? (group === undefined ? undefined : cells.get('product')),
    description: cells.get(...TEXT),
    link: cells.get('url', 'link', 'product_url', 'orig_url'),
    images: [
      ...cells.all(...IMAGES).flatMap(splitLinks),
      ...cells.matching(/^(?:image|img|picture|photo)_?\d+$/).map(({ value }) => value),
      ...cells
        .matching(/^(?:images?|photos?|pictures?)\..*(?:url|src|href|large)$/)
        .map(({ value }) => value),
    ],
    brand: cells.get(...BRAND) ?? named(BRAND_NAME),
    gtin: cells.get(...GTIN) ?? named(GTIN_NAME),
    categories: cells.all(...CATEGORY).flatMap(categoryOf),
    options: [...listing.options, ...chosen.map(([name, value]): Pair => [name, partsOf(value).join('/')])],
    attributes: [
      ...listing.attributes,
      ...params
        .filter((pair) => !chosen.includes(pair) && !BRAND_NAME.test(pair[0]) && !GTIN_NAME.test(pair[0]))
        .flatMap(([name, value]) => partsOf(value).map((part): Pair => [name, part])),
    ],
    ...stockOf(cells),
    currency: currencyOf(cells.get('currencyid', 'currency', 'currency_id', 'price.currency')),
    price: cells.get(...PRICE),
    salePrice: cells.get(...SALE),
    compareAt: cells.get(...BEFORE),
  };
}

/** "Size:S" */
function pairOf(text: string): Pair[] {
  const [name = '', ...value] = text.replaceAll('\\,', ',').split(':');
  return value.length === 0 ? [] : [[name.trim(), plainText(value.join(':')).trim()]];
}

/** "Black|White" and "Wool; Silk" are several values. */
const partsOf = (value: string): string[] =>
  value
    .split(/[|;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Yandex Market may have the parts of a name: type, brand, and model. */
function modelOf(cells: Cells): string | undefined {
  const parts = [cells.get('typeprefix'), cells.get('vendor'), cells.get('model')];
  return cells.get('model') === undefined ? undefined : parts.filter((part) => part !== undefined).join(' ');
}

/** YML still has the code of the ruble before 1998. */
const currencyOf = (code: string | undefined): string | undefined => (code === 'RUR' ? 'RUB' : code);

/** "Heureka.cz | Clothing | Coats" and "Clothing/Coats" are paths; a number without a name in the file is none. */
function categoryOf(text: string): string[] {
  const path = text
    .replace(/^heureka\.\w+\s*\|?\s*/i, '')
    .replace(/\s*\|\s*/g, ' > ')
    .replace(/(?<=\p{L})\/(?=\p{Lu})/gu, ' > ');
  return /\p{L}/u.test(path) ? [path] : [];
}

/** Days until an order is sent, as far as they mean that it is there; more mean that it is made or bought first. */
const DAYS_IN_STOCK = 1;

function stockOf(cells: Cells): Pick<Listing, 'availability' | 'quantity' | 'availabilityDate'> {
  const amount = cells.get(...QUANTITY);
  const quantity = amount !== undefined && /^-?\d/.test(amount) ? amount : undefined;
  const known = { quantity, availabilityDate: cells.get('availability_date') };
  const flag = cells.get('available', 'instock', 'in_stock', 'stock') ?? '';
  const text = cells.get('availability');
  const days = cells.get('avail', 'delivery_date', 'delivery_days') ?? text ?? '';
  if (/^(?:true|yes|y)$/i.test(flag)) return { ...known, availability: 'in_stock' };
  if (/^(?:false|no|n)$/i.test(flag)) return { ...known, availability: 'out_of_stock' };
  // What is said in words is true, whatever the number.
  if (text !== undefined && !/\d/.test(text)) return { ...known, availability: text };
  if (quantity !== undefined && Number.parseInt(quantity, 10) > 0)
    return { ...known, availability: 'in_stock' };
  if (quantity !== undefined) return known;
  if (/^\d{4}-/.test(days)) return { ...known, availability: 'preorder', availabilityDate: days };
  const [number] = /\d+/.exec(days) ?? [];
  if (number !== undefined)
    return { ...known, availability: Number(number) <= DAYS_IN_STOCK ? 'in_stock' : 'backorder' };
  if (flag !== '') return { ...known, availability: flag };
  // YML says only what is not there; of Heureka's, nobody knows more than that they are offered.
  if (cells.get('categoryid') !== undefined) return { ...known, availability: 'in_stock' };
  const isOffer = cells.get('price_vat') !== undefined && cells.get('productname', 'product') !== undefined;
  return { ...known, availability: isOffer ? 'backorder' : undefined };
}
