import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import sharp from 'sharp';
import { z } from 'zod';
import { BACKGROUND, REQUESTS } from '../src/platform/postgres.js';
import { openEmbeddedIndex } from '../src/vector-index/embedded/embedded-index.js';
import { FIGURES } from './capacity-model.js';
import { ask } from './graphql.js';
import { listProducts } from './list-products.js';
import { stockUp } from './holds.js';
import { seedKey } from './seed-key.js';
import { SEARCH_PAGE } from './search-page.js';
import { openShop, type Shop } from './shop.js';
import { generator } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const ROUNDS = 5;
/** In a round, and before the first one, until V8 has compiled the hot code. */
const CHEAP = { aRound: 100, warmUp: 500 };
/** Encoding takes fifty times as long, and little of it is JavaScript. */
const DEAR = { aRound: 20, warmUp: 40 };
/** Copies of the demo catalog: enough that the unused space of half-filled pages does not count. */
const COPIES = 20;
const INDEXED = 100_000;
/** Of the included encoder's vectors. */
const DIMENSION = 548;
const BATCH = 4_000;

export const benchmarks: Benchmark[] = [
  {
    name: 'capacity',
    description: 'what an image takes on disk and in memory, and what a request takes of the gateway’s CPU',
    async run(report, progress) {
      const shop = await openShop();
      try {
        await measureRequests(shop, report, progress);
        await measureDisk(shop, report, progress);
      } finally {
        await shop.close();
      }
      await measureIndex(report, progress);
      report({
        name: FIGURES.connections,
        unit: 'connections',
        a: [REQUESTS.connections + BACKGROUND.connections + 1],
        b: [],
      });
    },
  },
];

const HOLD = /* GraphQL */ `
  mutation Hold($input: HoldCreateInput!) {
    holdCreate(input: $input) {
      hold {
        id
        expiresAt
      }
    }
  }
`;

type Report = (m: Measurement) => void;
type Say = (line: string) => void;

async function measureRequests(shop: Shop, report: Report, progress: Say): Promise<void> {
  progress('importing the demo catalog');
  const gateway = await shop.serve();
  const products = await listProducts(gateway.url);
  const db = new Client({ connectionString: shop.databaseUrl });
  await db.connect();
  const { skus } = await stockUp(db);
  const secret = await seedKey(db, ['holds:create']);
  await db.end();
  const images = await newImages(ROUNDS * DEAR.aRound + DEAR.warmUp);
  const take = <T>(entries: readonly T[], i: number): T => {
    const entry = entries[i % entries.length];
    if (entry === undefined) throw new Error('The catalog is empty.');
    return entry;
  };
  let count = 0;
  const kinds: Readonly<Record<string, () => Promise<unknown>>> = {
    [FIGURES.search]: () =>
      ask(gateway.url, z.unknown(), SEARCH_PAGE, { product: take(products, count++).id }),
    [FIGURES.newImage]: () =>
      ask(
        gateway.url,
        z.unknown(),
        SEARCH_PAGE.replace('$product: ID!', '$image: ImageInput!').replace(
          '{ product: $product }',
          '{ image: $image }',
        ),
        { image: { base64: take(images, count++) } },
      ),
    [FIGURES.hold]: () =>
      ask(gateway.url, z.unknown(), HOLD, { input: { lines: [{ sku: take(skus, count++).id }] } }, secret),
  };
  for (const [name, request] of Object.entries(kinds)) {
    progress(name);
    count = 0;
    const { aRound, warmUp } = name === FIGURES.newImage ? DEAR : CHEAP;
    for (let i = 0; i < warmUp; i += 1) await request();
    const a: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await cpuSeconds(gateway.metricsUrl);
      for (let i = 0; i < aRound; i += 1) await request();
      a.push((1_000 * ((await cpuSeconds(gateway.metricsUrl)) - before)) / aRound);
    }
    report({
      name,
      unit: 'ms of CPU',
      a,
      b: [],
      note: `one at a time, ${products.length} products; Postgres’s own CPU is not included, the embedded index’s is`,
    });
  }
}

async function cpuSeconds(metricsUrl: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}

/** Images that the gateway has not seen, so that it must encode each. */
async function newImages(count: number): Promise<string[]> {
  const folder = new URL('../catalog/images/', import.meta.url);
  const files = (await readdir(folder)).sort();
  const images: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const file = files[i % files.length] ?? '';
    const image = await sharp(new URL(file, folder).pathname)
      .resize({ width: 300 + (i % 200) })
      .jpeg()
      .toBuffer();
    images.push(image.toString('base64'));
  }
  return images;
}

/** The tables with rows of products, and the columns that differ in copy `n` of a row. */
const COPIED = {
  products: { id: 'id + n * 1000000', handle: `handle || '-' || n` },
  product_attributes: { product_id: 'product_id + n * 1000000' },
  product_images: {
    id: 'id + n * 1000000',
    product_id: 'product_id + n * 1000000',
    sha256: 'sha256(sha256 || n::text::bytea)',
  },
  embeddings: { sha256: 'sha256(sha256 || n::text::bytea)' },
  skus: { id: 'id + n * 1000000', product_id: 'product_id + n * 1000000', code: `code || '-' || n` },
  prices: { sku_id: 'sku_id + n * 1000000' },
  stock_levels: { sku_id: 'sku_id + n * 1000000' },
} as const;

async function measureDisk(shop: Shop, report: Report, progress: Say): Promise<void> {
  progress(`copying the catalog ${COPIES} times`);
  const db = new Client({ connectionString: shop.databaseUrl });
  await db.connect();
  try {
    // Without foreign keys and triggers, whose records the copies do not need.
    await db.query('SET session_replication_role = replica');
    for (const [table, changed] of Object.entries(COPIED)) await copyRows(db, table, changed);
    await db.query('VACUUM ANALYZE');
    const { rows } = await db.query(
      `SELECT (SELECT count(*)::int FROM product_images) AS images,
        (SELECT sum(pg_total_relation_size(oid))::float8 FROM pg_class
          WHERE relname = ANY ($1) AND relnamespace = 'public'::regnamespace) AS bytes`,
      [Object.keys(COPIED)],
    );
    const { images, bytes } = z.object({ images: z.number(), bytes: z.number() }).parse(rows[0]);
    report({
      name: FIGURES.disk,
      unit: 'bytes',
      a: [bytes / images],
      b: [],
      note: `${images.toLocaleString('en')} images, with their products, SKUs, prices, stock, and all indexes`,
    });
  } finally {
    await db.end();
  }
}

async function copyRows(db: Client, table: string, changed: Readonly<Record<string, string>>): Promise<void> {
  const { rows } = await db.query(
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'`,
    [table],
  );
  const columns = z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
  await db.query(
    `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
      SELECT ${columns.map((name) => changed[name] ?? name).join(', ')}
      FROM ${table}, generate_series(1, ${COPIES}) AS n`,
  );
}

async function measureIndex(report: Report, progress: Say): Promise<void> {
  progress(`filling an embedded index with ${INDEXED.toLocaleString('en')} images`);
  const random = generator(1);
  const index = await openEmbeddedIndex({ dimension: DIMENSION });
  try {
    const before = process.memoryUsage().rss;
    for (let start = 0; start < INDEXED; start += BATCH) {
      const points = Array.from({ length: BATCH }, (_, i) => {
        const vector = Float32Array.from({ length: DIMENSION }, () => random() - 0.5);
        const norm = Math.hypot(...vector);
        const tags = [
          'channel:eu',
          'sellable:eu',
          `brand:${i % 100}`,
          `category:${i % 40}`,
          `size:${i % 10}`,
        ];
        return {
          imageId: start + i + 1,
          productId: start + i + 1,
          vector: vector.map((value) => value / norm),
          payload: { tags, numbers: { 'price:eu': 1_000 + i } },
        };
      });
      await index.upsert(points, 1);
    }
    global.gc?.();
    report({
      name: FIGURES.memory,
      unit: 'bytes',
      a: [(process.memoryUsage().rss - before) / INDEXED],
      b: [],
      note: `${INDEXED.toLocaleString('en')} vectors of ${DIMENSION} numbers with seven tags and numbers each; with what the process needed to make them`,
    });
  } finally {
    await index.close();
  }
}
