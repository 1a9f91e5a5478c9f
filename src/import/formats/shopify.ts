import type { Cells } from '../source/cells.js';
import {
  isTrue,
  listGroups,
  tellApart,
  withoutApostrophe,
  type Listed,
  type Listing,
  type Pair,
  type ProductFormat,
  type Row,
} from './format.js';

const TRACKER = ['variant_inventory_tracker', 'inventory_tracker'] as const;

/**
 * The product export of Shopify, with the column names of 2025 and those before. The rows of a product are adjacent:
 * the first has what is said of the product, each has a variant, a picture, or both.
 */
export const shopify: ProductFormat = shopifyFormat({ hasTracker: true });

/** The same from a tool that leaves out what tracks the inventory: there, a number always counts. */
export const shopifyWithoutTracker: ProductFormat = shopifyFormat({ hasTracker: false });

function shopifyFormat({ hasTracker }: { readonly hasTracker: boolean }): ProductFormat {
  return {
    name: 'Shopify product export',
    lists: 'products',
    recognizes: ({ columns }) =>
      ((columns.has('handle') && (columns.has('variant_price') || columns.has('variant_sku'))) ||
        (columns.has('url_handle') && columns.has('title') && columns.has('price'))) &&
      TRACKER.some((column) => columns.has(column)) === hasTracker,
    read: (records) =>
      listGroups(
        records(),
        (row, first) => handleOf(row.cells) === undefined || handleOf(row.cells) === handleOf(first.cells),
        (rows) => listProduct(rows, hasTracker),
      ),
  };
}

const handleOf = (cells: Cells): string | undefined => cells.get('handle', 'url_handle');

/** The option of products that have none. */
const NO_OPTION = 'Default Title';
const POSITIONS = [1, 2, 3] as const;

function* listProduct(rows: readonly [Row, ...Row[]], hasTracker: boolean): Generator<Listed<Listing>> {
  const [{ line, cells }] = rows;
  const status = cells.get('status');
  const published = cells.get('published', 'published_on_online_store');
  if (
    (status !== undefined && !/^active$/i.test(status)) ||
    (published !== undefined && !isTrue(published))
  ) {
    for (const row of rows) yield { line: row.line, skipped: 'the product is not published' };
    return;
  }
  const handle = handleOf(cells);
  if (handle === undefined) {
    for (const row of rows) yield { line: row.line, fault: 'Handle is empty.' };
    return;
  }
  const names = POSITIONS.map((position) => cells.get(`option${position}_name`));
  // Of some tools, the first row has only what is said of the product.
  const selling = rows.filter((row) => isVariant(row.cells));
  const variants = selling.length === 0 ? rows.slice(0, 1) : selling;
  const pictures = rows.flatMap((row) => row.cells.all('image_src', 'product_image_url'));
  const shared = {
    group: handle,
    title: cells.get('title'),
    brand: cells.get('vendor'),
  };
  yield {
    ...shared,
    line,
    id: null,
    description: cells.get('body_(html)', 'description'),
    images: pictures,
    categories: cells.all('product_category', 'type', 'google_shopping_/_google_product_category'),
    options: [],
    attributes: attributesOf(cells),
  };
  const skus = variants.map((row): Listing => {
    const options = optionsOf(row.cells, names);
    const own = row.cells.all('variant_image', 'variant_image_url');
    return {
      ...shared,
      line: row.line,
      id: withoutApostrophe(row.cells.get('variant_sku', 'sku')) ?? codeOf(handle, options),
      images: own.length === 0 && variants.length === 1 ? pictures.slice(0, 1) : own,
      gtin: row.cells.get('variant_barcode', 'barcode'),
      categories: [],
      options,
      attributes: [],
      ...stockOf(row.cells, hasTracker),
      price: row.cells.get('variant_price', 'price'),
      compareAt: row.cells.get('variant_compare_at_price', 'compare-at_price'),
    };
  });
  yield* tellApart(skus);
}

const isVariant = (cells: Cells): boolean =>
  cells.get('variant_price', 'price', 'variant_sku', 'sku', 'option1_value') !== undefined;

function optionsOf(cells: Cells, names: readonly (string | undefined)[]): Pair[] {
  return POSITIONS.flatMap((position, index): Pair[] => {
    const value = cells.get(`option${position}_value`);
    const name = names[index];
    return value === undefined || value === NO_OPTION ? [] : [[name ?? `option ${position}`, value]];
  });
}

/** Shopify lets variants have no SKU; their options tell them apart. */
const codeOf = (handle: string, options: readonly Pair[]): string =>
  [handle, ...options.map(([, value]) => value)].join('/');

function attributesOf(cells: Cells): Pair[] {
  const fixed = (
    [
      ['gender', 'google_shopping_/_gender'],
      ['age_group', 'google_shopping_/_age_group'],
      ['condition', 'google_shopping_/_condition'],
    ] as const
  ).flatMap(([name, column]): Pair[] => {
    const value = cells.get(column);
    return value === undefined ? [] : [[name, value]];
  });
  const tags = (cells.get('tags') ?? '').split(',').map((tag): Pair => ['tag', tag.trim()]);
  // Metafields: "Fabric (product.metafields.shopify.fabric)". Several values are separated by semicolons.
  const metafields = cells
    .matching(/^(.+?)_\(product\.metafields\..+\)$/)
    .flatMap(({ name, value }) => value.split(';').map((part): Pair => [name, part.trim()]));
  return [...fixed, ...tags, ...metafields];
}

/** Variants whose inventory nobody tracks are always in stock; others may be sold beyond it. */
function stockOf(cells: Cells, hasTracker: boolean): Pick<Listing, 'availability' | 'quantity'> {
  const tracker = cells.get(...TRACKER);
  const quantity = cells.get('variant_inventory_qty', 'inventory_quantity');
  const policy = cells.get('variant_inventory_policy', 'continue_selling_when_out_of_stock');
  if (hasTracker && tracker === undefined) return { availability: 'in_stock', quantity: undefined };
  const goesOn = /^continue$/i.test(policy ?? '') || isTrue(policy);
  return { availability: goesOn && quantity !== undefined ? 'backorder' : 'in_stock', quantity };
}
