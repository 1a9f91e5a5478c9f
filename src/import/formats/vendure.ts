import type { Cells } from '../source/cells.js';
import { closestCodes } from '../values/language.js';
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
 * The product table of Vendure. The first row of a product has what is said of it and its first variant; the rows
 * after it have no name, and a variant each. Lists are separated by bars.
 */
export const vendure: ProductFormat = {
  name: 'Vendure CSV',
  lists: 'products',
  recognizes: ({ columns }) =>
    columns.has('sku') &&
    [/^optiongroups(:|$)/, /^optionvalues(:|$)/].every((name) =>
      [...columns].some((column) => name.test(column)),
    ),
  read: (records, language) =>
    listGroups(
      records(),
      ({ cells }) => text(cells, 'name', null) === undefined,
      (rows) => listProduct(rows, language),
    ),
};

/** A column, or that of its first language: `name`, `name:en`. With a language, only that of it. */
function text(cells: Cells, name: string, language: string | null): string | undefined {
  const given = cells.matching(new RegExp(`^${name}:([a-z]{2,3}(?:[-_].+)?)$`));
  if (language === null) return cells.get(name) ?? given[0]?.value;
  const wanted = closestCodes(
    given.map((column) => column.name),
    language,
  );
  return given.find((column) => wanted.has(column.name))?.value;
}

const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split('|')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** "brand:Acme|color:red" */
const facets = (value: string | undefined): Pair[] =>
  list(value).flatMap((facet): Pair[] => {
    const [name = '', ...rest] = facet.split(':');
    return rest.length === 0 ? [] : [[name.trim(), rest.join(':').trim()]];
  });

const PRODUCT_FACETS = /^(?:brand|manufacturer|category|categories)$/i;

function* listProduct(rows: readonly [Row, ...Row[]], language: string | null): Generator<Listed<Listing>> {
  const [{ line, cells }] = rows;
  const title = text(cells, 'name', language);
  const description = text(cells, 'description', language);
  // What a product is known by does not depend on the language.
  const group = text(cells, 'slug', null) ?? text(cells, 'name', null);
  const names = list(text(cells, 'optiongroups', language));
  const said = facets(text(cells, 'facets', language));
  if (language !== null && title === undefined && description === undefined) {
    for (const row of rows) yield { line: row.line, skipped: 'it has no texts in the language' };
    return;
  }
  const shared = {
    group,
    title,
    brand: said.find(([name]) => /^(?:brand|manufacturer)$/i.test(name))?.[1],
  };
  const isEnabled = cells.get('enabled');
  if (isEnabled !== undefined && !isTrue(isEnabled)) {
    for (const row of rows) yield { line: row.line, skipped: 'the product is disabled' };
    return;
  }
  yield {
    ...shared,
    line,
    id: null,
    description,
    images: list(cells.get('assets')),
    categories: said.filter(([name]) => /^categor(?:y|ies)$/i.test(name)).map(([, value]) => value),
    options: [],
    attributes: said.filter(([name]) => !PRODUCT_FACETS.test(name)),
  };
  const skus = rows.map((row): Listing => {
    const values = list(text(row.cells, 'optionvalues', language));
    const own = list(row.cells.get('variantassets'));
    // A variant whose stock is not tracked is always in stock.
    const isTracked = !/^false$/i.test(row.cells.get('trackinventory') ?? '');
    const quantity = row.cells.get('stockonhand');
    return {
      ...shared,
      line: row.line,
      id: row.cells.get('sku'),
      images: own.length === 0 && rows.length === 1 ? list(cells.get('assets')).slice(0, 1) : own,
      categories: [],
      options: names.flatMap((name, index): Pair[] => {
        const value = values[index];
        return value === undefined ? [] : [[name, value]];
      }),
      attributes: facets(text(row.cells, 'variantfacets', language)),
      availability: 'in_stock',
      quantity: isTracked ? quantity : undefined,
      price: row.cells.get('price'),
    };
  });
  yield* tellApart(skus);
}
