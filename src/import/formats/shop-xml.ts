import type { Cells } from '../source/cells.js';
import { listElements } from './elements.js';
import type { Listed, Listing, Pair, ProductFormat } from './format.js';
import { merchantListing, splitLinks } from './merchant-center.js';
import { stockOf } from './shop-xml-stock.js';
import { optionName } from '../values/option-name.js';
import { oneLine, plainText } from '../values/plain-text.js';

/** Of the elements that are named below, those that Google's feeds do not have. */
const OWN: ReadonlySet<string> = new Set([
  ...'productname itemgroup_id group_id categoryid currencyid picture vendor param'.split(' '),
  ...'price_vat price_with_vat imgurl avail parameters'.split(' '),
]);

/** What the same things are called, the most telling name first. */
const ID = [
  ...'item_id sku code id product_code variant_id variation_id variationid product_id productid vid'.split(
    ' ',
  ),
];
const GROUP = 'itemgroup_id item_group_id group_id parent_id parent_sku'.split(' ');
const TITLE = [
  ...'productname title name product product_name description.name name_ua name_ru productnameext'.split(' '),
];
const PRICE = 'price_vat price_with_vat price pricevat price.value price.gross regular_price'.split(' ');
const BEFORE = 'oldprice old_price price_old standard_price regular_price list_price'.split(' ');
const SALE = 'price_promo sale_price special_price discount_price promo_price'.split(' ');
const TEXT = [
  ...'description desc long_description description_ua description_ru description.long_desc'.split(' '),
  ...'short_description'.split(' '),
];
const IMAGES = [
  ...'imgurl picture image image_url imageurl imgs.main imgs images pictures photos imgurl_alternative'.split(
    ' ',
  ),
  ...'additional_imageurl additional_image_link additional_image_urls imgs.i gallery image_ref'.split(' '),
];
const BRAND = 'manufacturer vendor brand producer manufacturer.name producer.name brand.name'.split(' ');
const GTIN = 'ean gtin barcode ean13 upc'.split(' ');
const CATEGORY = [
  ...'categorytext categoryid category cat categories category_path categories.default_category'.split(' '),
  ...'categories.category category.name product_type google_product_category product_category'.split(' '),
];
const PARAMS = 'param parameters parameter params attrs attributes features options'.split(' ');
/** The first that has a name counts; a product in more is a broken file. */
const MAX_CATEGORIES = 100;
/** Where prices with VAT are. */
const GROSS = 'price_vat price_with_vat pricevat price.gross'.split(' ');
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

function listItem(line: number, cells: Cells, around: Cells | null): Listed<Listing> {
  const visibility = cells.get('visibility', 'visible', 'active', 'status');
  if (visibility !== undefined && /^(?:hidden|blocked|draft|inactive|disabled|false|no|0)$/i.test(visibility))
    return { line, skipped: 'the product is not visible' };
  const id = idOf(cells, around);
  if (isNet(cells, around))
    return {
      line,
      id,
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
  const isChosen = ([name]: Pair): boolean => ['color', 'size'].includes(optionName(name));
  const group = cells.get(...GROUP);
  return {
    ...listing,
    id,
    group,
    title: cells.get(...TITLE) ?? modelOf(cells),
    groupTitle: cells.get('item_group_title') ?? (group === undefined ? undefined : cells.get('product')),
    description: cells.get(...TEXT) ?? listing.description,
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
    categories: cells
      .all(...CATEGORY)
      .slice(0, MAX_CATEGORIES)
      .flatMap(categoryOf),
    options: [
      ...listing.options,
      ...params.filter(isChosen).map(([name, value]): Pair => [name, partsOf(value).join('/')]),
    ],
    attributes: [
      ...listing.attributes,
      ...params
        .filter((pair) => !isChosen(pair) && !BRAND_NAME.test(pair[0]) && !GTIN_NAME.test(pair[0]))
        .flatMap(([name, value]) => partsOf(value).map((part): Pair => [name, part])),
    ],
    ...stockOf(cells),
    currency: currencyOf(cells.get('currencyid', 'currency', 'currency_id', 'price.currency')),
    price: cells.get(...PRICE),
    salePrice: cells.get(...SALE),
    compareAt: cells.get(...BEFORE),
  };
}

/** The numbers of sizes are those of a shop, and the same in all of its products. */
function idOf(cells: Cells, around: Cells | null): string | undefined {
  const [id, size, product] = [cells.get(...ID), cells.get('size_id'), around?.get(...ID)];
  return id ?? (size === undefined || product === undefined ? undefined : `${product}/${size}`);
}

/** Whether a price is without VAT. YML has the rate beside prices with VAT. */
function isNet(cells: Cells, around: Cells | null): boolean {
  if (cells.get('price') === undefined || cells.get(...GROSS) !== undefined) return false;
  if (around?.get(...GROSS) !== undefined) return true;
  const both = around === null ? [cells] : [cells, around];
  const has = (...names: readonly string[]): boolean => both.some((one) => one.get(...names) !== undefined);
  return (
    both.some((one) => /^\d+(?:[.,]\d+)?\s?%?$/.test(one.get('vat', 'tax') ?? '')) &&
    has('productname', 'product', 'name') &&
    !has('currencyid', 'categoryid')
  );
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

/** YML still has the code of the ruble before 1998. What is no code, such as "Kč", leaves the currency to the feed. */
function currencyOf(text: string | undefined): string | undefined {
  const code = text?.toUpperCase();
  return code === 'RUR' ? 'RUB' : /^[A-Z]{3}$/.test(code ?? '') ? code : undefined;
}

/** "Heureka.cz | Clothing | Coats" and "Clothing/Coats" are paths; a number without a name in the file is none. */
function categoryOf(text: string): string[] {
  const path = oneLine(text)
    .replace(/^heureka\.\w+ ?\|? ?/i, '')
    .replace(/ ?\| ?/g, ' > ')
    .replace(/(?<=\p{L})\/(?=\p{Lu})/gu, ' > ');
  return /\p{L}/u.test(path) ? [path] : [];
}
