import { Client } from 'pg';
import { z } from 'zod';
import { PAGE, type Contender, type Opening } from './contender.js';
import { askedVector, openPlainShop, whereOf } from './plain-shop.js';

const ids = z.array(z.object({ id: z.number() }));
const versions = z.tuple([z.object({ version: z.string().nullable() })]);
/** Vectors in a statement while the catalog is loaded. */
const AT_ONCE = 500;

/** Why pgvector cannot be measured here; null when it can. */
export async function noPgvector(): Promise<string | null> {
  const url = process.env['PGVECTOR_URL'];
  if (url === undefined) return 'PGVECTOR_URL is not set: it names a Postgres that has the extension vector';
  const client = new Client(url);
  try {
    await client.connect();
    const { rows } = await client.query(
      "SELECT max(version) AS version FROM pg_available_extension_versions WHERE name = 'vector'",
    );
    const [{ version }] = versions.parse(rows);
    return version === null ? 'the Postgres at PGVECTOR_URL does not have the extension vector' : null;
  } catch (error) {
    return `the Postgres at PGVECTOR_URL does not answer: ${String(error)}`;
  } finally {
    await client.end();
  }
}

/** The plain shop with an HNSW index on its products. `settings` are those of its connections, such as `hnsw.ef_search`. */
export async function openPgvector(
  { catalog, progress }: Opening,
  settings: Readonly<Record<string, string>>,
): Promise<Contender> {
  const shop = await openPlainShop(catalog, process.env['PGVECTOR_URL']);
  try {
    await shop.pool.query(`
      CREATE EXTENSION vector;
      ALTER TABLE churn_products ADD embedding vector(${catalog.dimension})`);
    progress('loading vectors and building the index');
    for (let i = 0; i < catalog.products.length; i += AT_ONCE) {
      const part = catalog.products.slice(i, i + AT_ONCE);
      await shop.pool.query(
        `UPDATE churn_products SET embedding = row.embedding::vector
         FROM unnest($1::int[], $2::text[]) AS row (id, embedding) WHERE churn_products.id = row.id`,
        [part.map(({ id }) => id), part.map(({ id }) => toText(catalog.vectors[id - 1]))],
      );
    }
    const database = new URL(shop.url).pathname.slice(1);
    await shop.pool.query('CREATE INDEX ON churn_products USING hnsw (embedding vector_cosine_ops)');
    await shop.pool.query('VACUUM FULL ANALYZE churn_products');
    for (const [name, value] of Object.entries(settings))
      await shop.pool.query(`ALTER DATABASE ${database} SET ${name} = ${value}`);
    const { rows } = await shop.pool.query(
      "SELECT extversion AS version FROM pg_extension WHERE extname = 'vector'",
    );
    const [{ version }] = versions.parse(rows);
    return {
      version: `pgvector ${version ?? 'of unknown version'} in ${shop.version}`,
      truthUrl: shop.url,
      commit: shop.commit,
      async search(search) {
        const { text, values } = whereOf(search);
        const { rows: found } = await shop.pool.query(
          `SELECT id FROM churn_products product WHERE ${text}
           ORDER BY embedding <=> $${values.length + 1}::vector LIMIT ${PAGE}`,
          [...values, toText(askedVector(catalog, search))],
        );
        return ids.parse(found).map(({ id }) => id);
      },
      close: shop.close,
    };
  } catch (error) {
    await shop.close();
    throw error;
  }
}

const toText = (vector: Float32Array | undefined): string => `[${vector?.join(',') ?? ''}]`;
