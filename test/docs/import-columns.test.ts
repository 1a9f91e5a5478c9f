import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { acp } from '../../src/import/formats/acp.js';
import type { FeedFormat } from '../../src/import/formats/format.js';
import { localInventory } from '../../src/import/formats/local-inventory.js';
import { magento } from '../../src/import/formats/magento.js';
import { merchantCenter } from '../../src/import/formats/merchant-center.js';
import { metaCatalog } from '../../src/import/formats/meta-catalog.js';
import { FORMATS } from '../../src/import/formats/recognize.js';
import { shopXml } from '../../src/import/formats/shop-xml.js';
import { shopifyTranslations } from '../../src/import/formats/shopify-translations.js';
import { shopify } from '../../src/import/formats/shopify.js';
import { vendure } from '../../src/import/formats/vendure.js';
import { wix } from '../../src/import/formats/wix.js';
import { COLUMNS } from '../../src/import/formats/woocommerce-columns.js';
import { wooCommerce } from '../../src/import/formats/woocommerce.js';
import { Cells, columnName, ColumnUse } from '../../src/import/source/cells.js';

const PAGE = fileURLToPath(new URL('../../docs/import.md', import.meta.url));
/** Its columns are those of several formats, and it reads those of Meta. */
const MERCHANT_CENTER = ['Google Merchant Center', 'Meta catalog'] as const;

type Values = Readonly<Record<string, string>>;

interface Described {
  readonly format: FeedFormat;
  /** The headings under which its columns are. Those in the table of the first are all read. */
  readonly headings: readonly [string, ...string[]];
  /** Rows for which it reads all of its columns. */
  readonly rows: readonly Values[];
  readonly language?: string;
  /** Columns that the page leaves out, because it says in words which ones they are. */
  readonly inWords?: (column: string) => boolean;
}

const translated = new Set<string>(Object.values(COLUMNS).flatMap(([, ...others]) => others));

const DESCRIBED: readonly Described[] = [
  { format: merchantCenter, headings: MERCHANT_CENTER, rows: [{ id: 'a' }] },
  { format: localInventory, headings: ['Google local inventory'], rows: [{ id: 'a' }] },
  { format: metaCatalog, headings: ['Meta catalog', ...MERCHANT_CENTER], rows: [{ id: 'a' }] },
  { format: shopify, headings: ['Shopify'], rows: [{ handle: 'a', variant_price: '9' }] },
  {
    format: shopifyTranslations,
    headings: ['Other languages'],
    rows: [
      { type: 'PRODUCT', id: 'a', field: 'title', locale: 'de', translated_content: 'Hut' },
      { type: 'PRODUCT', id: 'a', field: 'handle', locale: 'de', default_content: 'hat' },
    ],
    language: 'de',
  },
  {
    format: wooCommerce,
    headings: ['WooCommerce', 'Other languages'],
    rows: [
      { type: 'variable', sku: 'p', attribute_1_name: 'Size' },
      { type: 'variation', sku: 'a', parent: 'p', regular_price: '9' },
    ],
    // Names in other languages.
    inWords: (column) =>
      translated.has(column) ||
      (/att?ribut|eigenschap|ат?трибут/.test(column) && !/^\^?attribute_/.test(column)),
  },
  {
    format: magento,
    headings: ['Magento 2 and Adobe Commerce'],
    rows: [
      { sku: 'a', product_type: 'simple' },
      { sku: 'a', store_view_code: 'de' },
    ],
  },
  {
    format: vendure,
    headings: ['Vendure'],
    rows: [{ name: 'Hat', sku: 'a' }],
    inWords: (column) => column.includes(':('),
  },
  {
    format: wix,
    headings: ['Wix'],
    rows: [
      { handleid: 'a', fieldtype: 'Product', price: '9' },
      { handleid: 'a', fieldtype: 'Variant' },
    ],
  },
  {
    format: shopXml,
    headings: ['XML of shops and price comparison sites', ...MERCHANT_CENTER],
    rows: [{ id: 'a', name: 'Hat', price: '9', vat: '20' }, { id: 'b' }],
  },
  {
    format: acp,
    headings: ['ACP: `products.jsonl`', ...MERCHANT_CENTER],
    rows: [{ id: 'a' }, { id: 'a', 'variants[0].id': 'a-1' }],
  },
];

/** The columns that a format reads, and the patterns of those that have no single name. */
async function columnsOf({ format, rows, language }: Described) {
  const columns = new Set<string>();
  const patterns = new Set<RegExp>();
  class Use extends ColumnUse {
    override read(column: string): void {
      columns.add(column);
    }
  }
  class Row extends Cells {
    override matching(pattern: RegExp): { readonly name: string; readonly value: string }[] {
      patterns.add(pattern);
      return super.matching(pattern);
    }
  }
  const use = new Use();
  async function* records() {
    for (const [index, row] of rows.entries()) {
      await Promise.resolve();
      const values = new Map(Object.entries(row).map(([column, value]) => [column, [value]]));
      yield { line: index + 2, cells: new Row(values, use) };
    }
  }
  const listed = format.lists === 'stock' ? format.read(records) : format.read(records, language ?? null);
  for await (const _ of listed) continue;
  return { columns, patterns };
}

/** "STOCK/AMOUNT" is an element in an element. Numbered columns are described by the first. */
const comparable = (column: string): string =>
  columnName(column)
    .replace(/_?\/_?/g, '.')
    .replace(/\d+/g, '#');

const codesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)]
    .map(([, code = '']) => columnName(code).replace(/_?\/_?/g, '.'))
    .filter((name) => !name.includes('<'));

function sectionsOf(page: string): ReadonlyMap<string, string> {
  const sections = page
    .replace(/^```.*?^```$/gms, '')
    .split(/^## /m)
    .slice(1);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), section]));
}

/** What is in the first column of a section's table. */
const firstCells = (section: string): string =>
  [...section.replace(/^### .*/ms, '').matchAll(/^\| (.+?) \|/gm)].map(([, cell = '']) => cell).join('\n');

const sections = sectionsOf(await readFile(PAGE, 'utf8'));

test('every format is compared with docs/import.md', () => {
  const described = new Set(DESCRIBED.map(({ format }) => format.name));
  expect(FORMATS.map(({ name }) => name).filter((name) => !described.has(name))).toEqual([]);
});

test.each(DESCRIBED.map((described) => ({ name: described.format.name, described })))(
  'docs/import.md names the columns of $name, and no others',
  async ({ described }) => {
    const { headings, inWords = () => false } = described;
    const { columns, patterns } = await columnsOf(described);
    const said = codesIn(headings.map((heading) => sections.get(heading) ?? '').join('\n'));
    const names = new Set(said.map(comparable));
    const missing = [
      ...[...columns].filter((column) => !names.has(comparable(column))),
      ...[...patterns]
        .filter((pattern) => !said.some((name) => pattern.test(name)))
        .map(({ source }) => source),
    ].filter((column) => !inWords(column));
    expect(missing).toEqual([]);
    const read = new Set([...columns].map(comparable));
    const unread = codesIn(firstCells(sections.get(headings[0]) ?? '')).filter(
      (name) => !read.has(comparable(name)) && ![...patterns].some((pattern) => pattern.test(name)),
    );
    expect(unread).toEqual([]);
  },
);
