import 'reflect-metadata';
import { Client, escapeLiteral } from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { ChannelStore } from '../src/catalog/channel.store.js';
import type { Channel } from '../src/catalog/channel.types.js';
import type { OfferReads } from '../src/catalog/offer-reads.js';
import { checkProductFilter } from '../src/catalog/product-filter.js';
import { offerPredicate } from '../src/catalog/product-filter.store.js';
import { SKU_COLUMNS } from '../src/catalog/sku.store.js';
import { openDatabase } from '../src/platform/postgres.js';
import { type Candidate, proofStatement } from '../src/search/prove.store.js';
import { openShop } from './shop.js';
import { generator, median } from './statistics.js';
import type { Benchmark } from './types.js';

const PRODUCTS = 10_000;
const SKUS = 5;
const LOCATIONS = 4;
/** A page of 24 asks the index for this many. */
const CANDIDATES = 31;
const ROUNDS = 5;
/** Pages in a round, each of other products. */
const PAGES = 20;
const NOTE = `${CANDIDATES} of ${PRODUCTS.toLocaleString('en')} products with ${SKUS} SKUs at ${LOCATIONS} locations; EXPLAIN (ANALYZE, BUFFERS), medians of ${PAGES} pages`;

/** The order in which the rows of SKUs, prices, and stock were written. */
const LAYOUTS = { together: 'sku.id', scattered: 'md5(sku.id::text)' } as const;

const explained = z.tuple([
  z.object({
    Plan: z.object({ 'Shared Hit Blocks': z.number(), 'Shared Read Blocks': z.number() }),
    'Execution Time': z.number(),
  }),
]);
interface Figures {
  readonly ms: number;
  readonly blocks: number;
}

type StatementOf = (candidates: readonly Candidate[], position: string) => Sql;

export const benchmarks: Benchmark[] = [
  {
    name: 'proof',
    description: 'the statement that proves a page: all SKUs at once (A) ÷ each of them through the view (B)',
    async run(report, progress) {
      for (const layout of ['together', 'scattered'] as const) {
        const shop = await openShop();
        const db = openDatabase(shop.databaseUrl, () => undefined);
        const client = new Client({ connectionString: shop.databaseUrl });
        try {
          progress(`seeding rows that lie ${layout}`);
          await client.connect();
          await client.query(seedOf(LAYOUTS[layout]));
          await client.query('VACUUM (ANALYZE)');
          const channel = await new ChannelStore(db).find(null);
          const condition = checkProductFilter(null, channel.currencyCode);
          const proof =
            (reads: OfferReads): StatementOf =>
            (candidates, position) =>
              proofStatement(channel, condition, candidates, { position, reads });
          const view: StatementOf = (candidates) => throughView(channel, candidates);
          for (const { name, a, b, target } of [
            { name: 'with SKUs', a: proof('SKUS'), b: view, target: true },
            { name: 'with prices only', a: proof('PRICES'), b: proof('SKUS'), target: false },
            { name: 'with pictures only', a: proof(null), b: proof('SKUS'), target: false },
          ]) {
            progress(`a page ${name}, rows that lie ${layout}`);
            const { ours, theirs } = await compare(client, a, b);
            const judged = (value: number) =>
              target && layout === 'together' && { target: { of: 'a', op: '<=', value } as const };
            report({
              name: `a page ${name}, rows ${layout}: time`,
              unit: 'ms',
              a: ours.map(({ ms }) => ms),
              b: theirs.map(({ ms }) => ms),
              ...judged(1.3),
              note: NOTE,
            });
            report({
              name: `a page ${name}, rows ${layout}: blocks`,
              unit: 'blocks',
              a: ours.map(({ blocks }) => blocks),
              b: theirs.map(({ blocks }) => blocks),
              ...judged(900),
              note: NOTE,
            });
          }
        } finally {
          await client.end();
          await db.end();
          await shop.close();
        }
      }
    },
  },
];

/** Both statements of the same pages in turns, after a round that is not counted. */
async function compare(client: Client, a: StatementOf, b: StatementOf) {
  const random = generator(1);
  const [ours, theirs]: [Figures[], Figures[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [ourPages, theirPages]: [Figures[], Figures[]] = [[], []];
    for (let page = 0; page < PAGES; page += 1) {
      const productIds = new Set<number>();
      while (productIds.size < CANDIDATES) productIds.add(1 + Math.floor(random() * PRODUCTS));
      const candidates = [...productIds].map((productId) => ({ productId, imageId: productId }));
      const { rows } = await client.query<{ position: string }>(
        'SELECT pg_current_snapshot()::text AS position',
      );
      const position = rows[0]?.position ?? '';
      ourPages.push(await explain(client, a(candidates, position)));
      theirPages.push(await explain(client, b(candidates, position)));
    }
    if (round === 0) continue;
    ours.push(medians(ourPages));
    theirs.push(medians(theirPages));
  }
  return { ours, theirs };
}

const medians = (pages: readonly Figures[]): Figures => ({
  ms: median(pages.map(({ ms }) => ms)),
  blocks: median(pages.map(({ blocks }) => blocks)),
});

const prepared = new WeakMap<Client, Map<string, string>>();

/** As the gateway has it executed: prepared once, with a plan that Postgres may keep. */
async function explain(client: Client, { text, values }: Sql): Promise<Figures> {
  const names = prepared.get(client) ?? new Map<string, string>();
  prepared.set(client, names);
  let name = names.get(text);
  if (name === undefined) {
    name = `statement${names.size}`;
    names.set(text, name);
    await client.query(`PREPARE ${name} AS ${text}`);
  }
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE ${name}(${values.map(literal).join(', ')})`,
  );
  const [{ Plan, 'Execution Time': ms }] = explained.parse(rows[0]?.['QUERY PLAN']);
  return { ms, blocks: Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'] };
}

const literal = (value: unknown): string =>
  escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value));

/** A proof as it was before: the view looks up the price and the stock of each SKU. */
const throughView = (channel: Channel, candidates: readonly Candidate[]): Sql => sql`
  SELECT * FROM (
    SELECT found.*, bool_or(found.passes) OVER (PARTITION BY found."productKey") AS "isProven" FROM (
      SELECT ${SKU_COLUMNS}, offer.position, ${offerPredicate(checkProductFilter(null, channel.currencyCode))} AS passes
      FROM products product
      JOIN sku_offers offer ON offer.product_id = product.id AND offer.channel_id = ${channel.key}
      WHERE product.id = ANY(${candidates.map(({ productId }) => productId)}::int[])
    ) found
  ) proven
  LEFT JOIN LATERAL (SELECT shows FROM shown_images WHERE id = ANY(${candidates.map(({ imageId }) => imageId)}::int[])
    AND product_id = proven."productKey" LIMIT 1) image ON true
  WHERE "isProven" ORDER BY "productKey", position, key`;

/** Without foreign keys and triggers: the data is correct, and their records are not needed. */
const seedOf = (order: string): string => `
  SET session_replication_role = replica;
  INSERT INTO price_lists (handle, currency) VALUES ('eu', 'EUR');
  INSERT INTO channels (handle, name, price_list_id, is_default) SELECT 'eu', 'EU', id, true FROM price_lists;
  INSERT INTO stock_locations (handle, name, country_code) SELECT 'store-' || n, 'Store ' || n, 'DE' FROM generate_series(1, ${LOCATIONS}) n;
  INSERT INTO channel_locations SELECT channels.id, stock_locations.id FROM channels, stock_locations;
  INSERT INTO categories (handle, name) VALUES ('tops', 'Tops');
  INSERT INTO products (handle, title, category_id) SELECT 'product-' || n, 'Garment ' || n, (SELECT min(id) FROM categories)
    FROM generate_series(1, ${PRODUCTS}) n;
  INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
    SELECT id, 0, sha256(id::text::bytea), 'seed', 4, 5, '\\x00', '#808080' FROM products ORDER BY id;
  INSERT INTO skus (id, product_id, code, position, options, option_names) OVERRIDING SYSTEM VALUE
    SELECT sku.id, 1 + (sku.id - 1) / ${SKUS}, 'sku-' || sku.id, sku.id % ${SKUS}, jsonb_build_object('size', (sku.id % ${SKUS})::text), '{size}'
    FROM generate_series(1, ${PRODUCTS * SKUS}) AS sku (id) ORDER BY ${order};
  INSERT INTO prices (price_list_id, sku_id, amount) SELECT list.id, sku.id, 1000 + sku.id % 900
    FROM skus sku, price_lists list ORDER BY ${order};
  INSERT INTO stock_levels (sku_id, location_id, on_hand) SELECT sku.id, location.id, (sku.id * location.id) % 4
    FROM skus sku, stock_locations location ORDER BY ${order === LAYOUTS.together ? 'sku.id' : "md5(sku.id || '-' || location.id)"}, location.id;
  SET session_replication_role = origin`;
