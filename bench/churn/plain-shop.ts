import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import type { Catalog } from './catalog.js';
import type { Change, Search } from './runbook.js';

/** For writers and searches together. */
const CONNECTIONS = 16;
/** Rows in a statement while the catalog is loaded. */
const AT_ONCE = 10_000;

/**
 * A shop in plain SQL: `churn_products (id, category, color, brand)`, `churn_skus (id, product, size)`, and
 * `churn_offers (sku, market, price, stock)`. For adapters of what has no SQL, or no tables of its own.
 */
export interface PlainShop {
  readonly url: string;
  readonly pool: Pool;
  /** "PostgreSQL 18.4" */
  readonly version: string;
  readonly commit: (change: Change) => Promise<void>;
  /** Deletes the database. */
  readonly close: () => Promise<void>;
}

/** Fills a new database with the catalog: on the server at `server`, or on one that it starts for it. */
export async function openPlainShop(catalog: Catalog, server?: string): Promise<PlainShop> {
  const host = server === undefined ? await startServer() : { url: server, stop: async () => undefined };
  const name = `churn_${process.pid}_${Date.now()}`;
  await execute(host.url, `CREATE DATABASE ${name}`);
  const url = new URL(host.url);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: CONNECTIONS });
  // A connection that is lost while it is idle fails the next statement, which says so.
  pool.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await pool.end();
    await execute(host.url, `DROP DATABASE ${name} WITH (FORCE)`);
    await host.stop();
  };
  try {
    await fill(pool, catalog);
    const { rows } = await pool.query("SELECT current_setting('server_version') AS version");
    const [{ version }] = z.tuple([z.object({ version: z.string() })]).parse(rows);
    return {
      url: url.href,
      pool,
      version: `PostgreSQL ${version}`,
      async commit({ sku, market, set, value }) {
        const text = `UPDATE churn_offers SET ${set} = $3 WHERE sku = $1 AND market = $2`;
        await pool.query({ name: set, text, values: [sku, market, value] });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether commits wait for the disk is up to the server; this one waits. */
async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-churn-'));
  // When this is root, Postgres runs as another user and needs to pass through this folder.
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ folder, log: () => undefined });
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      await rm(postgres.folder, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function fill(pool: Pool, { products, offers }: Catalog): Promise<void> {
  await pool.query(`
    CREATE TABLE churn_products (id int PRIMARY KEY, category text NOT NULL, color text NOT NULL, brand text NOT NULL);
    CREATE TABLE churn_skus (id int PRIMARY KEY, product int NOT NULL REFERENCES churn_products, size text NOT NULL);
    CREATE TABLE churn_offers (
      sku int NOT NULL REFERENCES churn_skus, market text NOT NULL, price int NOT NULL, stock int NOT NULL,
      PRIMARY KEY (sku, market)
    )`);
  const skus = products.flatMap((product) => product.skus.map((sku) => ({ ...sku, product: product.id })));
  await insert(
    pool,
    'churn_products (id, category, color, brand)',
    'id int, category text, color text, brand text',
    products,
  );
  await insert(pool, 'churn_skus (id, product, size)', 'id int, product int, size text', skus);
  await insert(
    pool,
    'churn_offers (sku, market, price, stock)',
    'sku int, market text, price int, stock int',
    offers,
  );
  await pool.query(`
    CREATE INDEX ON churn_products (category);
    CREATE INDEX ON churn_products (brand);
    CREATE INDEX ON churn_skus (product)`);
  await pool.query('VACUUM ANALYZE churn_products, churn_skus, churn_offers');
}

async function insert(pool: Pool, into: string, columns: string, rows: readonly object[]): Promise<void> {
  for (let i = 0; i < rows.length; i += AT_ONCE)
    await pool.query(`INSERT INTO ${into} SELECT * FROM jsonb_to_recordset($1) AS row (${columns})`, [
      JSON.stringify(rows.slice(i, i + AT_ONCE)),
    ]);
}

/** The condition on a row `product` of churn_products that a search makes; only with the parts that it has. */
export function whereOf({ market, where }: Search): { text: string; values: (string | number)[] } {
  const values: (string | number)[] = [market];
  const bind = (value: string | number): string => `$${values.push(value)}`;
  const ofSku = [
    'sku.product = product.id AND offer.market = $1 AND offer.stock > 0',
    ...(where.size === undefined ? [] : [`sku.size = ${bind(where.size)}`]),
    ...(where.maxPrice === undefined ? [] : [`offer.price <= ${bind(where.maxPrice)}`]),
  ];
  const text = [
    `EXISTS (SELECT FROM churn_skus sku JOIN churn_offers offer ON offer.sku = sku.id WHERE ${ofSku.join(' AND ')})`,
    ...(where.category === undefined ? [] : [`product.category = ${bind(where.category)}`]),
    ...(where.color === undefined ? [] : [`product.color = ${bind(where.color)}`]),
    ...(where.brand === undefined ? [] : [`product.brand = ${bind(where.brand)}`]),
  ].join(' AND ');
  return { text, values };
}

/** The vector that a search asks for. */
export function askedVector({ queries }: Catalog, { query }: Search): Float32Array {
  const found = queries[query];
  if (found === undefined) throw new RangeError(`There is no query ${query}.`);
  return found.vector;
}
