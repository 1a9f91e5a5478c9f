import type { Cells } from '../source/cells.js';
import {
  isTrue,
  listGroups,
  tellApart,
  type Listed,
  type Listing,
  type Pair,
  type ProductFormat,
  type Row,
} from './format.js';

/**
 * The product export of Wix Stores. A row of the type Product is followed by those of its variants, if its stock or
 * prices differ by variant; their prices are surcharges. Lists are separated by semicolons.
 */
export const wix: ProductFormat = {
  name: 'Wix product export',
  lists: 'products',
  recognizes: ({ columns }) => columns.has('handleid') && columns.has('fieldtype'),
  read: (records) =>
    listGroups(
      records(),
      (row, first) => row.cells.get('handleid') === first.cells.get('handleid') && isVariant(row.cells),
      listProduct,
    ),
};

const isVariant = (cells: Cells): boolean => /^variant$/i.test(cells.get('fieldtype') ?? '');

const POSITIONS = [1, 2, 3, 4, 5, 6] as const;
/** Pictures have the names that Wix stores them by. */
const MEDIA = 'https://static.wixstatic.com/media/';

const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** "#ff0000:Red" is a color with its name. */
const optionValue = (value: string): string =>
  value.replace(/^(?:#[\da-f]{3,8}|rgba?\([^)]*\)):/i, '').trim();

function* listProduct([first, ...variants]: readonly [Row, ...Row[]]): Generator<Listed<Listing>> {
  const { line, cells } = first;
  const group = cells.get('handleid');
  const visible = cells.get('visible');
  if (visible !== undefined && !isTrue(visible)) {
    for (const row of [first, ...variants]) yield { line: row.line, skipped: 'the product is not visible' };
    return;
  }
  const images = list(cells.get('productimageurl')).map((image) =>
    /^https?:/i.test(image) ? image : `${MEDIA}${image}`,
  );
  const shared = { group, title: cells.get('name'), brand: cells.get('brand') };
  const options = POSITIONS.map((position) => ({
    name: cells.get(`productoptionname${position}`),
    values: list(cells.get(`productoptiondescription${position}`)).map(optionValue),
  }));
  yield {
    ...shared,
    line,
    id: null,
    description: cells.get('description'),
    images,
    categories: list(cells.get('collection')),
    options: [],
    attributes: options.flatMap(({ name, values }) =>
      name === undefined ? [] : values.map((value): Pair => [name, value]),
    ),
  };
  const skus = (variants.length === 0 ? [first] : variants).map((row): Listing => {
    const chosen = POSITIONS.flatMap((position, index): Pair[] => {
      const name = options[index]?.name;
      const value = row.cells.get(`productoptiondescription${position}`);
      return name === undefined || value === undefined || row === first ? [] : [[name, optionValue(value)]];
    });
    const [price, compareAt] = pricesOf(cells, row === first ? undefined : row.cells.get('surcharge'));
    return {
      ...shared,
      line: row.line,
      id: row.cells.get('sku') ?? [group ?? '', ...chosen.map(([, value]) => value)].join('/'),
      images: variants.length === 0 ? images.slice(0, 1) : [],
      categories: [],
      options: chosen,
      attributes: [],
      ...stockOf(row.cells.get('inventory')),
      price,
      compareAt,
    };
  });
  yield* tellApart(skus);
}

/** "InStock", "OutOfStock", or a number. */
const stockOf = (inventory: string | undefined): Pick<Listing, 'availability' | 'quantity'> =>
  inventory !== undefined && /^-?\d+$/.test(inventory)
    ? { availability: 'in_stock', quantity: inventory }
    : { availability: inventory ?? 'in_stock', quantity: undefined };

/** The price with the surcharge of a variant, less the discount; and without the discount, if there is one. */
function pricesOf(cells: Cells, surcharge: string | undefined): [string | undefined, string | undefined] {
  const text = cells.get('price');
  const regular = Number(text) + Number(surcharge ?? 0);
  const discount = Number(cells.get('discountvalue') ?? 0);
  const isPercent = /^percent$/i.test(cells.get('discountmode') ?? '');
  if (text === undefined || !Number.isFinite(regular) || !Number.isFinite(discount)) return [text, undefined];
  const reduced = isPercent ? regular * (1 - discount / 100) : regular - discount;
  return discount > 0 ? [reduced.toFixed(2), regular.toFixed(2)] : [regular.toFixed(2), undefined];
}
