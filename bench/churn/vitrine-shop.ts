import { toGlobalId } from 'graphql-relay';
import { Client, Pool } from 'pg';
import { z } from 'zod';
import { toBytes } from '../../src/vector-index/vectors.js';
import { DEFAULT_ENCODER } from '../../src/vision/encoder.js';
import { readManifest } from '../../src/vision/manifest.js';
import { ask } from '../graphql.js';
import { openShop } from '../shop.js';
import { CATEGORIES, MARKETS, type Catalog, type Market } from './catalog.js';
import { PAGE, type Contender, type Opening } from './contender.js';
import type { Search } from './runbook.js';

const CONNECTIONS = 8;
/** Products in a statement while the catalog is loaded. */
const AT_ONCE = 1_000;
const CURRENCIES: Readonly<Record<Market, string>> = { eu: 'EUR', us: 'USD' };
const COUNTRIES: Readonly<Record<Market, string>> = { eu: 'DE', us: 'US' };
const HANDLE = /^garment-(\d+)$/;

const SEARCH = /* GraphQL */ `
  query Churn($market: String!, $product: ID!, $where: ProductFilter!) @inContext(channel: $market) {
    visualSearch(query: { like: [{ product: $product }] }, where: $where, first: ${PAGE}) {
      nodes {
        handle
      }
    }
  }
`;
const answer = z.object({ visualSearch: z.object({ nodes: z.array(z.object({ handle: z.string() })) }) });

const SET: Readonly<Record<'stock' | 'price', string>> = {
  stock: `UPDATE stock_levels SET on_hand = $3 FROM stock_locations location
          WHERE location.id = location_id AND sku_id = $1 AND location.handle = $2`,
  price: `UPDATE prices SET amount = $3 FROM price_lists list
          WHERE list.id = price_list_id AND sku_id = $1 AND list.handle = $2`,
};

/** A gateway in a process of its own, asked over HTTP; changes are committed in its Postgres. */
export async function openVitrine(
  { catalog, progress }: Opening,
  settings: Readonly<Record<string, string>>,
): Promise<Contender> {
  const shop = await openShop({ durable: true });
  const pool = new Pool({ connectionString: shop.databaseUrl, max: CONNECTIONS });
  // A connection that is lost while it is idle fails the next statement, which says so.
  pool.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await pool.end();
    await shop.close();
  };
  try {
    progress('loading the catalog');
    await load(shop.databaseUrl, catalog);
    progress('starting the gateway');
    const gateway = await shop.serve({ ...settings, VITRINE_DEMO: '0' });
    return {
      version: 'the gateway of this checkout',
      truthUrl: shop.databaseUrl,
      async commit({ sku, market, set, value }) {
        await pool.query({ name: set, text: SET[set], values: [sku, market, value] });
      },
      async search(search) {
        const product = toGlobalId('Product', catalog.products.length + search.query + 1);
        const variables = { market: search.market, product, where: whereOf(search) };
        const { visualSearch } = await ask(gateway.url, answer, SEARCH, variables);
        return visualSearch.nodes.map(({ handle }) => Number(HANDLE.exec(handle)?.[1]));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function whereOf({ where: { category, color, brand, size, maxPrice } }: Search): Record<string, unknown> {
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [{ name, values: [value] }];
  return {
    options: [...option('color', color), ...option('size', size)],
    ...(category !== undefined && { categories: [category] }),
    ...(brand !== undefined && { brands: [brand] }),
    ...(maxPrice !== undefined && { price: { max: (maxPrice / 100).toFixed(2) } }),
  };
}

/**
 * Fills an empty database. What is asked for is a product too, after those of the catalog and without SKUs, so that no
 * search may find it. Vectors are filled up with zeros to the length of the encoder's, which changes no cosine.
 */
async function load(databaseUrl: string, catalog: Catalog): Promise<void> {
  const encoder = await readManifest(DEFAULT_ENCODER);
  if (catalog.dimension > encoder.dimension)
    throw new RangeError(
      `Vitrine's encoder has ${encoder.dimension} dimensions, the catalog ${catalog.dimension}.`,
    );
  const { products, queries, offers } = catalog;
  const brands = [...new Set(products.map(({ brand }) => brand))];
  const rows = [
    ...products.map((product) => ({ ...product, handle: `garment-${product.id}` })),
    ...queries.map(({ like }, n) => ({
      ...{ ...like, id: products.length + n + 1, handle: `query-${n}` },
      skus: [],
    })),
  ];
  const vectors = [...catalog.vectors, ...queries.map(({ vector }) => vector)];
  const db = new Client(databaseUrl);
  await db.connect();
  try {
    // Without foreign keys and triggers: the data is correct, and nobody follows changes yet.
    await db.query('SET session_replication_role = replica');
    for (const [n, market] of MARKETS.entries())
      await db.query(`
        INSERT INTO stock_locations (handle, name, country_code) VALUES ('${market}', '${market}', '${COUNTRIES[market]}');
        INSERT INTO price_lists (handle, currency) VALUES ('${market}', '${CURRENCIES[market]}');
        INSERT INTO channels (handle, name, price_list_id, is_default) VALUES ('${market}', '${market}', ${n + 1}, ${n === 0});
        INSERT INTO channel_locations VALUES (${n + 1}, ${n + 1})`);
    await db.query(
      'INSERT INTO categories (handle, name) SELECT name, name FROM unnest($1::text[]) AS name',
      [CATEGORIES],
    );
    await db.query('INSERT INTO brands (handle, name) SELECT name, name FROM unnest($1::text[]) AS name', [
      brands,
    ]);
    await db.query('INSERT INTO encoders (name, dimension) VALUES ($1, $2)', [encoder.id, encoder.dimension]);
    for (let i = 0; i < rows.length; i += AT_ONCE)
      await loadProducts(
        db,
        rows.slice(i, i + AT_ONCE),
        vectors.slice(i, i + AT_ONCE).map((vector) => padded(vector, encoder.dimension)),
      );
    const columns = 'sku int, market text, price int, stock int';
    for (let i = 0; i < offers.length; i += AT_ONCE)
      await db.query(
        `WITH offer AS (SELECT * FROM jsonb_to_recordset($1) AS row (${columns})),
           priced AS (INSERT INTO prices (price_list_id, sku_id, amount)
             SELECT list.id, sku, price FROM offer JOIN price_lists list ON list.handle = market)
         INSERT INTO stock_levels (sku_id, location_id, on_hand)
           SELECT sku, location.id, stock FROM offer JOIN stock_locations location ON location.handle = market`,
        [JSON.stringify(offers.slice(i, i + AT_ONCE))],
      );
    await db.query(`
      CREATE VIEW churn_offers AS
        SELECT price.sku_id AS sku, channel.handle AS market, price.amount AS price, level.sellable AS stock
        FROM prices price JOIN channels channel USING (price_list_id)
        JOIN channel_locations place ON place.channel_id = channel.id
        JOIN stock_levels level ON level.sku_id = price.sku_id AND level.location_id = place.location_id`);
    await db.query('VACUUM ANALYZE');
  } finally {
    await db.end();
  }
}

async function loadProducts(
  db: Client,
  products: readonly { readonly skus: readonly object[] }[],
  vectors: readonly Float32Array[],
): Promise<void> {
  await db.query(
    `WITH garment AS MATERIALIZED (
        SELECT *, sha256(handle::bytea) AS sha256 FROM ROWS FROM (
          jsonb_to_recordset($1) AS (id int, handle text, category text, color text, brand text, skus jsonb),
          unnest($2::bytea[])
        ) AS given (id, handle, category, color, brand, skus, vector)
      ),
      product AS (
        INSERT INTO products (id, handle, title, keywords, brand_id, category_id) OVERRIDING SYSTEM VALUE
          SELECT garment.id, garment.handle, garment.handle, brand, brands.id, categories.id FROM garment
          JOIN brands ON brands.handle = brand JOIN categories ON categories.handle = category
      ),
      image AS (
        INSERT INTO product_images (product_id, position, sha256, source, width, height, thumbhash, dominant_color)
          SELECT id, 0, sha256, 'https://images.example/' || id, 4, 5, '\\x00', '#808080' FROM garment
      ),
      embedded AS (
        INSERT INTO embeddings (encoder_id, dimension, sha256, vector, trust_score)
          SELECT encoders.id, dimension, sha256, vector, 0 FROM garment, encoders
      )
    INSERT INTO skus (id, product_id, code, options, position) OVERRIDING SYSTEM VALUE
      SELECT sku.id, garment.id, 'sku-' || sku.id, jsonb_build_object('color', color, 'size', sku.size), 0
      FROM garment, jsonb_to_recordset(skus) AS sku (id int, size text)`,
    [JSON.stringify(products), vectors.map(toBytes)],
  );
}

function padded(vector: Float32Array, dimension: number): Float32Array {
  const longer = new Float32Array(dimension);
  longer.set(vector);
  return longer;
}
