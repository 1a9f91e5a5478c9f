import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { buildSchema, type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { readConfig } from '../../src/config.js';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { createPricing } from '../../src/server/cost/pricing.js';
import { REQUEST_COST } from '../../src/server/limits.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = `${ROOT}docs/operations.md`;
const SAMPLES = ['explore', 'mobile', 'page', 'storefront'];
const TABLE = /<!-- costs -->\n[^]*?<!-- \/costs -->/;

/** What an app sends with them. Variables that do not change the cost are left out. */
const VARIABLES: Readonly<Record<string, Record<string, unknown>>> = {
  Browse: { text: 'x', where: {}, sort: 'RELEVANCE', by: Array(7).fill({}) },
  BuyFromPhoto: { image: 'x', box: {}, options: [{ name: 'size', value: 'M' }] },
  FindAlike: { query: { like: [{ image: { id: 'x' }, box: {} }] }, sort: 'NEWEST' },
  HoldBasket: { input: { lines: [{ sku: 'x' }, { sku: 'y' }, { sku: 'z' }] } },
  IdentifyPhoto: { image: 'x', box: {} },
  NameIt: { image: 'x', box: {} },
  NarrowAlike: { query: { like: [{ image: { id: 'x' }, box: {} }] }, by: Array(7).fill({}) },
  SearchByPhoto: { image: 'x', box: {} },
  SearchResults: { query: { like: [{ image: { id: 'x' } }] } },
  StockSync: { input: { entries: Array(250).fill({}) } },
  WatchAvailability: { skus: Array(20).fill('x') },
};
/** Those in the table: one of each kind. */
const SHOWN = [
  'Navigation',
  'ProductScreen',
  'CategoryPage',
  'SearchByPhoto',
  'SearchResults',
  'MoreLikeThis',
  'ShopTheLook',
  'IdentifyPhoto',
  'BuyFromPhoto',
  'BoardIdeas',
  'HoldBasket',
  'StockSync',
];

interface Priced {
  readonly name: string;
  readonly folder: string;
  readonly points: number;
}

async function priceSamples(): Promise<Priced[]> {
  const price = createPricing(buildSchema(await readFile(`${ROOT}schema/schema.graphql`, 'utf8')));
  const folders = SAMPLES.map(async (folder) => {
    const path = `${ROOT}schema/operations/${folder}`;
    const names = (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.graphql'));
    const texts = await Promise.all(names.map((name) => readFile(`${path}/${name}`, 'utf8')));
    // The documents of an app share fragments; those of explore stand alone, and some have the same names.
    const documents = folder === 'explore' ? texts.map((text) => parse(text)) : [parse(texts.join('\n'))];
    return documents.flatMap((document) =>
      operationsOf(document).map((operation) => ({ folder, document, operation })),
    );
  });
  return (await Promise.all(folders)).flat().map(({ folder, document, operation }) => {
    const name = operation.name?.value ?? 'anonymous';
    const variables = VARIABLES[name] ?? {};
    const { estimate } = price({ document, documentHash: '', operation, variables });
    return { name, folder, points: REQUEST_COST + estimate };
  });
}

const operationsOf = ({ definitions }: DocumentNode): OperationDefinitionNode[] =>
  definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);

test('the costs in docs/operations.md are those of the sample operations', async () => {
  const samples = await priceSamples();
  const rows = SHOWN.map((name) => {
    const found = samples.find((sample) => sample.name === name);
    if (!found) throw new Error(`schema/operations has no ${name}`);
    return [`\`${name}\``, found.folder, String(found.points)];
  });
  const page = await readFile(PAGE, 'utf8');
  const table = `<!-- costs -->\n\n${tableOf([['sample operation', 'in', 'points'], ...rows])}\n<!-- /costs -->`;
  const wanted = page.replace(TABLE, table);
  if (process.env['UPDATE_COSTS'] === '1') await writeFile(PAGE, wanted);
  expect(await readFile(PAGE, 'utf8')).toBe(wanted);
});

/** With columns of equal width, as Prettier writes them. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const [header = [], ...body] = rows;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}

test('an anonymous caller can send every sample operation several times at once', async () => {
  const budgets = new MemoryBudgets(readConfig({}).budgets);
  const { capacity } = budgets.boundsOf({
    kind: 'client',
    id: 'x',
    pointsPerSecond: null,
    shopper: null,
    site: null,
  });
  const samples = await priceSamples();
  expect(samples.length).toBeGreaterThan(20);
  for (const { name, points } of samples) expect([name, points * 5 <= capacity]).toEqual([name, true]);
});
