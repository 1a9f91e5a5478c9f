import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { COUNT_LIMITS } from '../../src/catalog/facets/kept-counts.js';
import { seedApiKey } from '../support/api-keys.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { isOfRequest, nameOfStatement } from '../support/statements.js';
import { antiJoinedTables, explainAll, mostJoined, scannedTables, type Explained } from './explained.js';
import { seedLargeCatalog } from './large-catalog.js';
import { OPERATIONS, type Operation } from './operations.js';

const FOLDER = fileURLToPath(new URL('./sql/', import.meta.url));
const SEED_TIMEOUT_MS = 180_000;
const TIMEOUT_MS = 60_000;
/** Postgres makes so many custom plans for a prepared statement before it considers a generic one. */
const CUSTOM_PLANS = 5;
const TIMES = CUSTOM_PLANS + 2;

/** Too large for a request to read completely. */
const LARGE: ReadonlySet<string> = new Set([
  'products',
  'product_attributes',
  'product_images',
  'skus',
  'prices',
  'stock_levels',
  'holds',
  'hold_lines',
  'design_jobs',
  'designs',
  'watches',
  'watch_matches',
  'watch_events',
]);
/** Statements whose plan reads all products, and why. */
const READS_ALL: ReadonlyMap<string, string> = new Map([
  ['facets.count', 'no index counts what passes; counts are kept'],
  ['watch.any', 'it ends with the first watch'],
  ['watch.changes', 'Postgres has no statistics of xid8 and expects a third of all watches to be new'],
  ['watch.count', 'no index adds up the vectors of all watches; a call that creates one pays for it'],
  ['product.price', 'no index knows the lowest price of a product that passes'],
  ['sync.changes', 'where the log says so: a channel or a category has changed'],
]);

let gateway: TestGateway;
let secret: string;
let statements: ReturnType<typeof explainAll>;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      // First: a connection that seeding opened may still be there when the operations run.
      statements = explainAll(db);
      await seedLargeCatalog(db);
      secret = await seedApiKey(db);
    },
    // How long they take is not what is tested.
    { countLimits: { ...COUNT_LIMITS, deadlineMs: TIMEOUT_MS } },
  );
}, SEED_TIMEOUT_MS);
afterAll(() => gateway.close());

async function run(operation: Operation): Promise<Explained[]> {
  statements.take();
  for (let time = 0; time < TIMES; time += 1) await operation.run(gateway, secret, time);
  return statements.take();
}

/** The distinct texts of an operation's statements. */
function textsOf({ isOwn = isOfRequest }: Operation, all: readonly Explained[]): string {
  const own = all.flatMap((statement) => {
    const name = nameOfStatement(statement.text);
    return name !== null && isOwn(name) ? [statement.text.trim().replace(/[ \t]+$/gm, '')] : [];
  });
  return `${[...new Set(own)].sort().join(';\n\n')};\n`;
}

test.each(OPERATIONS)(
  '$name: its statements are those of test/plans/sql (npm run plans), and read no large table from end to end',
  async (operation) => {
    const all = await run(operation);
    const texts = textsOf(operation, all);
    const file = `${FOLDER}${operation.name}.sql`;
    if (process.env['UPDATE_PLANS'] === '1') {
      await mkdir(FOLDER, { recursive: true });
      await writeFile(file, texts);
    }
    const scans = all.flatMap((statement) => {
      if (READS_ALL.has(nameOfStatement(statement.text) ?? '')) return [];
      const tables = scannedTables(statement.plan).filter((table) => LARGE.has(table));
      return tables.length === 0 ? [] : [`${tables.join(', ')}: ${statement.text.trim()}`];
    });
    expect([...new Set(scans)]).toEqual([]);
    // Within a subquery, such a join reads all of the quarantine for each image.
    const joins = all.filter(({ plan }) => antiJoinedTables(plan).includes('quarantined_images'));
    expect(joins.map(({ text }) => text)).toEqual([]);
    expect(texts).toBe(await readFile(file, 'utf8'));
  },
  TIMEOUT_MS,
);

// Planning five joins took longer than anything else, and ten up to a second for each facet (2026-11-30).
test('of many attributes in a filter, Postgres joins one', async () => {
  const operation = OPERATIONS.find(({ name }) => name === 'list-by-attributes');
  if (operation === undefined) throw new Error('it is one of the operations');
  const joins = (await run(operation)).map(({ plan }) => mostJoined(plan, 'product_attributes'));
  expect(Math.max(...joins)).toBe(1);
});

const counted = z.object({ statement: z.string(), custom: z.number() });

// product.newest and the loaders of single rows were planned for each page, which took longer than reading it (2026-11-30).
test('what is prepared is not planned anew each time', async () => {
  const clients = await Promise.all(
    Array.from({ length: gateway.db.totalCount }, () => gateway.db.connect()),
  );
  const anew = new Set<string>();
  for (const client of clients) {
    const { rows } = await client.query(
      'SELECT statement, custom_plans::int AS custom FROM pg_prepared_statements',
    );
    client.release();
    for (const { statement, custom } of z.array(counted).parse(rows))
      if (custom > CUSTOM_PLANS) anew.add(nameOfStatement(statement) ?? statement);
  }
  expect([...anew]).toEqual([]);
});
