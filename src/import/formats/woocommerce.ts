import type { Cells, FeedRecord } from '../source/cells.js';
import { isTrue, type Listed, type Listing, type Pair, type ProductFormat } from './format.js';
import { splitLinks } from './merchant-center.js';

/**
 * The product export of WooCommerce. A row is a product, or a variation that names its parent by SKU or as `id:42`;
 * parents and variations may be in any order.
 */
export const wooCommerce: ProductFormat = {
  name: 'WooCommerce export',
  lists: 'products',
  recognizes: ({ columns }) => columns.has('type') && columns.has('name') && columns.has('regular_price'),
  async *read(records) {
    const parents = await readParents(records());
    for await (const record of records()) {
      if ('fault' in record) yield record;
      else yield* listRow(record.line, record.cells, parents);
    }
  },
};

/** What variations need to know of their parents, which may come after them. */
interface Parents {
  /** The group of each variable product, by all names that variations have for it. */
  readonly groups: ReadonlyMap<string, string>;
  readonly unpublished: ReadonlySet<string>;
}

async function readParents(records: AsyncIterable<FeedRecord>): Promise<Parents> {
  const groups = new Map<string, string>();
  const unpublished = new Set<string>();
  for await (const record of records) {
    if ('fault' in record || !typesOf(record.cells).includes('variable')) continue;
    const group = idOf(record.cells);
    if (group === undefined) continue;
    groups.set(group, group);
    groups.set(`id:${record.cells.get('id') ?? ''}`, group);
    if (!isPublished(record.cells)) unpublished.add(group);
  }
  return { groups, unpublished };
}

/** A column holds the type, and whether the product is virtual or a download. */
const typesOf = (cells: Cells): string[] =>
  (cells.get('type') ?? 'simple').split(',').map((type) => type.trim().toLowerCase());

function idOf(cells: Cells): string | undefined {
  const id = cells.get('id');
  return cells.get('sku') ?? (id === undefined ? undefined : `id:${id}`);
}

/** Drafts have -1, private products 0. */
const isPublished = (cells: Cells): boolean => isTrue(cells.get('published') ?? '1');

function* listRow(line: number, cells: Cells, parents: Parents): Generator<Listed<Listing>> {
  const types = typesOf(cells);
  const parent = cells.get('parent');
  const isVariation = types.includes('variation') && parent !== undefined;
  const group = isVariation ? (parents.groups.get(parent) ?? parent) : idOf(cells);
  if (!isPublished(cells) || (group !== undefined && parents.unpublished.has(group))) {
    yield { line, skipped: 'the product is not published' };
  } else if (types.includes('grouped') || types.includes('external')) {
    yield { line, skipped: 'the product is sold as other products, or on another site' };
  } else if (types.includes('variable')) {
    yield { ...productOf(line, cells), id: null, group, options: [], attributes: attributesOf(cells) };
  } else if (isVariation) {
    const sku = cells.get('sku');
    // Variations without an SKU have that of their parent.
    const id = sku === group ? `id:${cells.get('id') ?? line}` : idOf(cells);
    yield {
      ...productOf(line, cells),
      ...offerOf(cells),
      id,
      group,
      options: attributesOf(cells),
      attributes: [],
    };
  } else {
    const attributes = attributesOf(cells);
    yield {
      ...productOf(line, cells),
      ...offerOf(cells),
      id: group,
      group,
      options: attributes.filter(
        ([name], _, all) => OPTIONS.test(name) && all.filter(([other]) => other === name).length === 1,
      ),
      attributes,
    };
  }
}

/** A simple product with one color or size has it as an option, as a variation has. */
const OPTIONS = /^(?:size|colou?r)$/i;

function productOf(line: number, cells: Cells) {
  return {
    line,
    title: cells.get('name'),
    description: cells.get('description', 'short_description'),
    images: cells.all('images').flatMap(splitLinks),
    brand: cells.get('brands', 'brand'),
    gtin: cells.get('gtin,_upc,_ean,_or_isbn', 'meta:__global_unique_id', 'gtin', 'ean'),
    categories: categoriesOf(cells.get('categories') ?? ''),
  };
}

/** "Clothing > Hoodies, Sale": the deepest path says most. */
function categoriesOf(text: string): string[] {
  return text
    .split(/(?<!\\),\s*/)
    .map((path) => path.replaceAll('\\,', ','))
    .filter((path) => path !== '')
    .sort((one, other) => other.split('>').length - one.split('>').length);
}

function attributesOf(cells: Cells): Pair[] {
  const names = cells.matching(/^attribute_(\d+)_name$/);
  const tags = (cells.get('tags') ?? '').split(',').map((tag): Pair => ['tag', tag.trim()]);
  const attributes = names.flatMap(({ name: position, value: name }) =>
    (cells.get(`attribute_${position}_value(s)`) ?? '')
      .split(/(?<!\\),\s*/)
      .map((value): Pair => [name, value.replaceAll('\\,', ',')]),
  );
  return [...attributes, ...tags].filter(([, value]) => value !== '');
}

function offerOf(
  cells: Cells,
): Pick<Listing, 'availability' | 'quantity' | 'price' | 'salePrice' | 'saleDates'> {
  const inStock = cells.get('in_stock?') ?? '1';
  const stock = cells.get('stock');
  // The stock of variations may be that of their parent, and then has no number of its own.
  const quantity = stock === undefined || !/\d/.test(stock) ? undefined : stock;
  const backorders = /^(?:1|yes|notify)$/i.test(cells.get('backorders_allowed?') ?? '');
  const available =
    /^backorder$/i.test(inStock) || (backorders && quantity !== undefined) ? 'backorder' : 'in_stock';
  const from = cells.get('date_sale_price_starts') ?? '';
  const until = cells.get('date_sale_price_ends') ?? '';
  return {
    availability: isTrue(inStock) || available === 'backorder' ? available : 'out_of_stock',
    quantity,
    price: cells.get('regular_price'),
    salePrice: cells.get('sale_price'),
    saleDates: from === '' && until === '' ? undefined : `${from}/${until}`,
  };
}
