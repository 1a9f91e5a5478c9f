import { RequestError } from '../../errors.js';
import { formatAmount } from '../../graph/money.js';
import type { Cells } from '../source/cells.js';
import type { Listed, Listing, Pair, ProductFormat } from './format.js';
import { merchantListing } from './merchant-center.js';

/** Columns that only the feeds of the Agentic Commerce Protocol have. */
const OWN =
  /^(?:enable_(?:search|checkout)|is_eligible_(?:search|checkout)|item_id|group_id|variants\[\d+\]\..*|variant_dict\..*|custom_variant\d_.*)$/;

/**
 * The product feed of the Agentic Commerce Protocol: an SKU per line of `products.jsonl` (or of a CSV file), by the
 * names of 2025 and those after, or a product per line with its `variants`.
 */
export const acp: ProductFormat = {
  name: 'ACP product feed',
  lists: 'products',
  recognizes: ({ columns, syntax }) =>
    (syntax === 'JSON Lines' && columns.has('id') && columns.has('title')) ||
    [...columns].some((column) => OWN.test(column)),
  async *read(records) {
    for await (const record of records()) {
      if ('fault' in record) yield record;
      else yield* listLine(record.line, record.cells);
    }
  },
};

function* listLine(line: number, cells: Cells): Generator<Listed<Listing>> {
  const variants = new Set(cells.matching(/^variants\[(\d+)\]\./).map(({ name }) => name));
  if (variants.size > 0) yield* listVariants(line, cells, [...variants]);
  else if (/^false$/i.test(cells.get('enable_search', 'is_eligible_search') ?? ''))
    yield { line, skipped: 'the product is not to be found in search' };
  else yield listItem(line, cells);
}

function listItem(line: number, cells: Cells): Listing {
  const listing = merchantListing(line, cells);
  const custom = [1, 2, 3].flatMap((position): Pair[] => {
    const name = cells.get(`custom_variant${position}_category`);
    const value = cells.get(`custom_variant${position}_option`);
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  const named = cells.matching(/^variant_dict\.(.+)$/).map(({ name, value }): Pair => [name, value]);
  const from = cells.get('sale_price_start_date', 'sale_price_effective_date_start');
  const until = cells.get('sale_price_end_date', 'sale_price_effective_date_end');
  return {
    ...listing,
    ...(from === undefined && until === undefined ? {} : { saleDates: `${from ?? ''}/${until ?? ''}` }),
    id: cells.get('item_id') ?? listing.id,
    group: cells.get('group_id') ?? listing.group,
    groupTitle: cells.get('group_title') ?? listing.groupTitle,
    options: [...listing.options, ...named, ...custom],
  };
}

function* listVariants(line: number, cells: Cells, variants: readonly string[]): Generator<Listed<Listing>> {
  const group = cells.get('id', 'product_id');
  const pictures = cells.matching(/^media\[\d+\]\.url$/).map(({ value }) => value);
  const product = { line, group, title: cells.get('title'), brand: cells.get('brand', 'brand.name') };
  yield {
    ...product,
    id: null,
    description: cells.get('description', 'description.plain', 'description.html'),
    link: cells.get('url'),
    images: pictures,
    categories: [
      ...cells.matching(/^categories\[\d+\]\.(?:value|name|path)$/).map(({ value }) => value),
      ...cells.all('product_category'),
    ],
    options: [],
    attributes: [],
  };
  for (const index of variants) {
    const own = (name: string): string | undefined => cells.get(`variants[${index}].${name}`);
    const within = (pattern: string): string[] =>
      cells.matching(new RegExp(`^variants\\[${index}\\]\\.${pattern}$`)).map(({ value }) => value);
    const names = within('variant_options\\[\\d+\\]\\.name');
    const values = within('variant_options\\[\\d+\\]\\.value');
    const images = within('media\\[\\d+\\]\\.url');
    yield {
      ...product,
      groupTitle: product.title,
      title: own('title') ?? product.title,
      id: own('id'),
      description: own('description') ?? own('description.plain'),
      link: own('url'),
      images: images.length === 0 && variants.length === 1 ? pictures.slice(0, 1) : images,
      gtin: within('barcodes\\[\\d+\\]\\.value').at(0),
      categories: within('categories\\[\\d+\\]\\.value'),
      options: names.flatMap((name, at): Pair[] => {
        const value = values[at];
        return value === undefined ? [] : [[name, value]];
      }),
      attributes: cells.all(`variants[${index}].condition`).map((value): Pair => ['condition', value]),
      availability:
        own('availability.status') ??
        (own('availability.available') === 'false' ? 'out_of_stock' : 'in_stock'),
      quantity: own('availability.quantity') ?? own('inventory_quantity'),
      price: minorPrice(own('price.amount'), own('price.currency')),
      compareAt: minorPrice(own('list_price.amount'), own('list_price.currency')),
    };
  }
}

/** Amounts in objects are in minor units. */
function minorPrice(amount: string | undefined, currency: string | undefined): string | undefined {
  if (amount === undefined || currency === undefined || !/^\d{1,15}$/.test(amount)) return amount;
  try {
    return `${formatAmount(BigInt(amount), currency.toUpperCase())} ${currency}`;
  } catch (error) {
    // The price is rejected with its row, for its currency.
    if (error instanceof RequestError) return `${amount} ${currency}`;
    throw error;
  }
}
