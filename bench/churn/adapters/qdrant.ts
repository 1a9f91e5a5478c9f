import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { groupBy } from '../../../src/platform/group-by.js';
import { noQdrant } from '../../qdrant.js';
import type { Catalog } from '../catalog.js';
import { PAGE, type Adapter } from '../contender.js';
import { askedVector, openPlainShop, type PlainShop } from '../plain-shop.js';
import type { Search } from '../runbook.js';
import { Updates } from '../updates.js';

const POLL_MS = 200;
/** Points in a call while the catalog is loaded. */
const AT_ONCE = 200;
/** Payload updates on their way at once. */
const CONCURRENCY = 4;

/** Conditions of one SKU are met by one of these: that is what the filter `nested` is for. */
const offerRows = z.array(
  z.object({ market: z.string(), size: z.string(), price: z.number(), stock: z.number() }),
);

const KEYWORDS = ['category', 'color', 'brand', 'offers[].market', 'offers[].size'];
const INTEGERS = ['offers[].price', 'offers[].stock'];

export const adapter: Adapter = {
  title: 'Qdrant, payload updates',
  about:
    'Plain SQL, and Qdrant with a payload of all offers of a product. After each commit, the product is read from SQL and its payload is set, one update at a time for each product, with wait.',
  unavailable: async () => noQdrant() ?? null,
  async open({ catalog, progress }) {
    const apiKey = process.env['QDRANT_API_KEY'];
    const client = new QdrantClient({
      url: process.env['QDRANT_URL'] ?? '',
      ...(apiKey !== undefined && { apiKey }),
      checkCompatibility: false,
    });
    const name = `churn_${process.pid}_${Date.now()}`;
    const shop = await openPlainShop(catalog);
    const updates = new Updates(CONCURRENCY, async (product) => {
      const payload = { offers: await readOffers(shop, product) };
      await client.setPayload(name, { wait: true, payload, points: [product] });
    });
    const close = async (): Promise<void> => {
      await updates.settle().catch(() => undefined);
      await client.deleteCollection(name).finally(() => shop.close());
    };
    try {
      progress('loading Qdrant');
      await load(client, name, catalog);
      progress('waiting until Qdrant has built its graph');
      while ((await client.getCollection(name)).status !== 'green') await sleep(POLL_MS);
      return {
        version: `Qdrant ${(await client.versionInfo()).version} and ${shop.version}`,
        truthUrl: shop.url,
        async commit(change) {
          await shop.commit(change);
          updates.add(change.product);
        },
        async search(search) {
          const { points } = await client.query(name, {
            query: [...askedVector(catalog, search)],
            filter: filterOf(search),
            limit: PAGE,
          });
          return points.map(({ id }) => Number(id));
        },
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

async function load(
  client: QdrantClient,
  name: string,
  { dimension, products, vectors, offers }: Catalog,
): Promise<void> {
  await client.createCollection(name, { vectors: { size: dimension, distance: 'Cosine' } });
  // Before the points, so that the graph is built with the links that filters need.
  for (const field of KEYWORDS)
    await client.createPayloadIndex(name, { field_name: field, field_schema: 'keyword', wait: true });
  for (const field of INTEGERS)
    await client.createPayloadIndex(name, { field_name: field, field_schema: 'integer', wait: true });
  const bySku = groupBy(offers, ({ sku }) => sku);
  for (let i = 0; i < products.length; i += AT_ONCE)
    await client.upsert(name, {
      wait: true,
      points: products.slice(i, i + AT_ONCE).map(({ id, category, color, brand, skus }) => ({
        id,
        vector: [...(vectors[id - 1] ?? [])],
        payload: {
          category,
          color,
          brand,
          offers: skus.flatMap((sku) =>
            (bySku.get(sku.id) ?? []).map(({ market, price, stock }) => ({
              market,
              size: sku.size,
              price,
              stock,
            })),
          ),
        },
      })),
    });
}

async function readOffers({ pool }: PlainShop, product: number): Promise<z.infer<typeof offerRows>> {
  const { rows } = await pool.query({
    name: 'offers of a product',
    text: `SELECT market, size, price, stock FROM churn_offers JOIN churn_skus ON churn_skus.id = sku WHERE product = $1`,
    values: [product],
  });
  return offerRows.parse(rows);
}

function filterOf({ market, where: { category, color, brand, size, maxPrice } }: Search) {
  const equals = (key: string, value: string | undefined) =>
    value === undefined ? [] : [{ key, match: { value } }];
  const ofOffer = [
    ...equals('market', market),
    ...equals('size', size),
    { key: 'stock', range: { gt: 0 } },
    ...(maxPrice === undefined ? [] : [{ key: 'price', range: { lte: maxPrice } }]),
  ];
  return {
    must: [
      ...equals('category', category),
      ...equals('color', color),
      ...equals('brand', brand),
      { nested: { key: 'offers', filter: { must: ofOffer } } },
    ],
  };
}
