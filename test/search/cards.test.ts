import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { randomOf } from '../support/random.js';
import { textsDuring } from '../support/statements.js';

const PRODUCTS = 16;
const COLORS = ['red', 'blue', 'green'];
const SIZES = ['S', 'M'];
const ROUNDS = 60;
const TIMEOUT_MS = 60_000;

const CARD =
  'edges { score image { id } node { handle priceRange { min { amount } max { amount compareAtAmount validUntil } } } }';
const REPORT = 'pageInfo { hasNextPage endCursor } search { candidates dropped refills }';

/** The index stays as it was, so that what is sold below is known to Postgres alone. */
let gateway: TestGateway;
let probe: string;
beforeAll(async () => {
  const random = randomOf(7);
  gateway = await startTestGateway(
    async (db) => {
      await seedMarkets(db);
      probe = toGlobalId(
        'Product',
        await seedProduct(db, { handle: 'probe', vectors: [[1, 0, 0, 0]], skus: [] }),
      );
      for (let n = 0; n < PRODUCTS; n += 1)
        await seedProduct(db, {
          handle: `coat-${n}`,
          vectors: [...COLORS, ''].map(() => [1, random(), random(), 0]),
          // Some show every color, some one color, and some a size that nobody sells.
          shows: [
            ...COLORS.map((color) => ({ color: [color.toUpperCase()] })),
            n % 4 === 0 ? {} : { size: ['XXL'] },
          ],
          skus: COLORS.flatMap((color) =>
            SIZES.map((size) => ({
              code: `${n}-${color}-${size}`,
              options: { color, size },
              prices: { eu: 1_000 + Math.floor(random() * 9_000) },
              stock: { berlin: Math.floor(random() * 3), paris: Math.floor(random() * 3) },
              ...(random() < 0.2 && { whenOut: 'backorder' as const }),
            })),
          ),
        });
    },
    { follows: false },
  );
});
afterAll(() => gateway.close());

const answer = z.object({ visualSearch: z.object({ edges: z.array(z.looseObject({})) }).loose() });

async function search(fields: string, where: object) {
  const { visualSearch } = await gateway.read(
    answer,
    `query ($product: ID!, $where: ProductFilter) {
      visualSearch(query: { like: [{ product: $product }] }, first: 6, where: $where) { ${fields} }
    }`,
    { product: probe, where },
  );
  return visualSearch;
}

/** What is sold, held, and on sale changes; the index does not learn of it. */
async function change(random: () => number): Promise<void> {
  const any = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const code = `${Math.floor(random() * PRODUCTS)}-${any(COLORS)}-${any(SIZES)}`;
  if (random() < 0.7) await setStock(gateway.db, code, Math.floor(random() * 2));
  else
    await gateway.db.query(
      `UPDATE prices SET amount = $1::bigint, compare_at = CASE WHEN $1::bigint % 2 = 0 THEN 20000 END, valid = $2::tstzrange
        WHERE sku_id = (SELECT id FROM skus WHERE code = $3)`,
      [
        1_000 + Math.floor(random() * 9_000),
        any(['(,)', '(,2040-01-01)', '(,2020-01-01)', '[2039-01-01,)']),
        code,
      ],
    );
}

test(
  'a page without SKUs has the products, pictures, and prices of the same page with SKUs',
  async () => {
    const random = randomOf(11);
    const filters = [
      {},
      { options: [{ name: 'color', values: ['red'] }] },
      {
        options: [
          { name: 'color', values: ['blue', 'green'] },
          { name: 'size', values: ['M'] },
        ],
      },
      { quantity: 2 },
      { price: { min: '20', max: '50' } },
      { onSale: true },
      { availability: 'ANY' },
      { availability: 'SELLABLE_OR_BACKORDER' },
      { location: toGlobalId('StockLocation', 1) },
    ];
    let pictures = new Set<unknown>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let n = 0; n < 4; n += 1) await change(random);
      const where = filters[round % filters.length] ?? {};
      const [cards, full] = [
        await search(`${CARD} ${REPORT}`, where),
        await search(`${CARD} ${REPORT} nodes { skus { id } }`, where),
      ];
      expect({ where, ...cards }).toEqual({ where, ...full, nodes: undefined });
      pictures = new Set([...pictures, ...cards.edges.map(({ image }) => JSON.stringify(image))]);
    }
    // Else nothing was compared.
    expect(pictures.size).toBeGreaterThan(PRODUCTS);
  },
  TIMEOUT_MS,
);

test.each([
  ['edges { image { url } node { title } }', false],
  ['edges { image { url } node { title priceRange { min { amount } } } }', false],
  ['nodes { featuredImage { url } }', false],
  ['edges { skus { code } }', true],
  ['nodes { availability { sellable } }', true],
  ['nodes { ... on Product { ...Options } }', true],
  // Of fields that are named twice, a lookahead of another server saw the first alone (async-graphql#573).
  ['nodes { title } edges { node { title } } nodes { skus { code } }', true],
  ['edges { ... { node { title } } } edges { cards: node { sizes: options { name } } }', true],
])('a search for %s reads all SKUs: %s', async (fields, readsAll) => {
  const fragment = fields.includes('...Options') ? 'fragment Options on Product { options { name } }' : '';
  const [proof] = await textsDuring('search.prove', async () => {
    const { errors } = await gateway.ask(
      `query ($product: ID!) { visualSearch(query: { like: [{ product: $product }] }) { ${fields} } } ${fragment}`,
      { product: probe },
    );
    expect(errors).toEqual([]);
  });
  expect(proof?.text.includes('card AS MATERIALIZED')).toBe(!readsAll);
});
