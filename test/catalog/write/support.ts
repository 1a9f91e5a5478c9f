import { z } from 'zod';
import { seedApiKey } from '../../support/api-keys.js';
import { seedMarkets, seedProduct } from '../../support/catalog.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';

export const UPSERT = `mutation ($input: ProductsUpsertInput!) {
  productsUpsert(input: $input) {
    products {
      handle title description url brand { handle name } category { handle name } attributes { name value }
      skus { code gtin }
    }
    pendingImages
    userErrors { code field message }
  }
}`;
export const DELETE = `mutation ($input: ProductsDeleteInput!) {
  productsDelete(input: $input) { deletedIds userErrors { code field message } }
}`;

const userErrors = z.array(
  z.object({ code: z.string(), field: z.array(z.string()).nullable(), message: z.string() }),
);
const upserted = z.object({
  productsUpsert: z.object({
    products: z.array(z.looseObject({ handle: z.string(), title: z.string() })),
    pendingImages: z.number(),
    userErrors,
  }),
});
const deleted = z.object({ productsDelete: z.object({ deletedIds: z.array(z.string()), userErrors }) });

export type Input = Record<string, unknown>;

export interface WrittenCatalog {
  readonly gateway: TestGateway;
  /** The secret of the API key "erp". */
  readonly secret: string;
  /** Resets the catalog to one product: a coat in M and L. */
  reset(): Promise<void>;
  upsert(
    products: readonly unknown[],
    idempotencyKey?: string,
  ): Promise<z.infer<typeof upserted>['productsUpsert']>;
  remove(input: Input): Promise<z.infer<typeof deleted>['productsDelete']>;
  rows(sql: string): Promise<unknown[]>;
  /** A fingerprint of everything that a refused call must not change. */
  versions(): Promise<unknown[]>;
  /** Holds one unit of an SKU for ten minutes. */
  hold(code: string): Promise<unknown>;
  /** Makes all holds expire. */
  expireHolds(): Promise<unknown>;
}

const TABLES = [
  'products',
  'product_attributes',
  'product_images',
  'image_jobs',
  'skus',
  'brands',
  'categories',
  'stock_levels',
];
const VERSIONS = TABLES.map(
  (table) =>
    `SELECT '${table}', md5(coalesce(string_agg(ctid::text || xmin::text, ' ' ORDER BY ctid), '')) FROM ${table}`,
).join(' UNION ALL ');

/** A gateway whose catalog is written through GraphQL. */
export async function openWrittenCatalog(): Promise<WrittenCatalog> {
  const gateway = await startTestGateway(seedMarkets);
  const { db } = gateway;
  const secret = await seedApiKey(db, { name: 'erp' });
  const rows: WrittenCatalog['rows'] = async (sql) => (await db.query<Record<string, unknown>>(sql)).rows;
  return {
    gateway,
    secret,
    rows,
    async reset() {
      await db.query(
        `UPDATE stock_levels SET held = 0, guest_held = 0; TRUNCATE holds CASCADE; DELETE FROM products`,
      );
      await seedProduct(db, {
        handle: 'coat',
        title: 'A coat',
        brand: 'acme',
        attributes: [['material', 'wool']],
        skus: [
          { code: 'C-M', options: { size: 'M' } },
          { code: 'C-L', options: { size: 'L' } },
        ],
      });
    },
    async upsert(products, idempotencyKey) {
      const variables = { input: { products, idempotencyKey } };
      return (await gateway.read(upserted, UPSERT, variables, secret)).productsUpsert;
    },
    async remove(input) {
      return (await gateway.read(deleted, DELETE, { input }, secret)).productsDelete;
    },
    versions: () => rows(VERSIONS),
    hold: (code) =>
      db.query(
        `SELECT hold_create(channels.id, 0, '', ARRAY[skus.id], ARRAY[1], NULL, NULL, NULL, 600, NULL, NULL, NULL, NULL, NULL)
         FROM skus, channels WHERE code = $1 AND channels.handle = 'eu'`,
        [code],
      ),
    expireHolds: () =>
      db.query('UPDATE holds SET expires_at = now(); UPDATE hold_lines SET expires_at = now()'),
  };
}
