import { closestCodes } from '../values/language.js';
import { listGroups, type Listed, type Listing, type ProductFormat, type Row } from './format.js';

/**
 * The translations that Shopify exports. A row is a value of a product in one language; the rows of a product are
 * adjacent. Only the value in the language of the shop says which product it is: its handle. Files of apps name it in
 * each row.
 */
export const shopifyTranslations: ProductFormat = {
  name: 'Shopify translations',
  lists: 'products',
  recognizes: ({ columns }) =>
    ['type', 'field', 'locale', 'translated_content'].every((column) => columns.has(column)),
  read: (records, language) =>
    listGroups(
      records(),
      (row, first) => productOf(row) !== undefined && productOf(row) === productOf(first),
      (rows) => [listProduct(rows, language)],
    ),
};

const productOf = ({ cells }: Row): string | undefined =>
  cells.get('type')?.toUpperCase() === 'PRODUCT' ? cells.get('identification', 'id') : undefined;

function listProduct(rows: readonly [Row, ...Row[]], language: string | null): Listed<Listing> {
  const [{ line, cells }] = rows;
  if (productOf(rows[0]) === undefined) return { line, skipped: 'it is no text of a product' };
  if (language === null)
    return { line, fault: 'The file has only translations: say with --language which ones to import.' };
  const ofField = (field: string): Row[] =>
    rows.filter((row) => row.cells.get('field')?.toLowerCase() === field);
  const localeOf = (row: Row): string => row.cells.get('locale') ?? '';
  const wanted = closestCodes(rows.map(localeOf), language);
  const translated = (field: string): string | undefined =>
    ofField(field)
      .filter((row) => wanted.has(localeOf(row)))
      // What is translated for one market is another text than the language's.
      .find((row) => row.cells.get('market') === undefined)
      ?.cells.get('translated_content');
  const [title, description] = [translated('title'), translated('body_html')];
  if (title === undefined && description === undefined)
    return { line, skipped: 'it has no title or description in the language' };
  const handle = cells.get('handle') ?? ofField('handle')[0]?.cells.get('default_content');
  if (handle === undefined)
    return { line, fault: 'The product has no row with the field handle: export all of its fields.' };
  return {
    ...{ line, id: null, group: handle, title, description },
    ...{ images: [], categories: [], options: [], attributes: [] },
  };
}
