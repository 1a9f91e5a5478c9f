import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { setStock } from '../support/catalog.js';
import {
  handleOf,
  imageOf,
  looks,
  NEARLY_EQUAL,
  seedGarments,
  spellingEncoder,
} from '../support/garments.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const SEARCH = /* GraphQL */ `
  query Refine($query: VisualQueryInput!, $where: ProductFilter) {
    visualSearch(query: $query, where: $where, first: 100) {
      nodes {
        id
      }
      refinements {
        label {
          kind
          value
          confidence
        }
        filter {
          categories
          brands
          attributes {
            name
            values
          }
        }
        style
        count
      }
    }
  }
`;

const filter = z.object({
  categories: z.array(z.string()).nullable(),
  brands: z.array(z.string()).nullable(),
  attributes: z.array(z.object({ name: z.string(), values: z.array(z.string()) })).nullable(),
});
const answer = z.object({
  visualSearch: z.object({
    nodes: z.array(z.unknown()),
    refinements: z.array(
      z.object({
        label: z.object({ kind: z.string(), value: z.string(), confidence: z.number() }),
        filter,
        style: z.string().nullable(),
        count: z.number(),
      }),
    ),
  }),
});

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(
    async (db) => {
      await seedGarments(db);
      await db.query(`INSERT INTO product_attributes (product_id, name, value)
        SELECT id, 'style', 'workwear' FROM products WHERE handle LIKE 'shoe-%'`);
    },
    { encoder: spellingEncoder, calibration: NEARLY_EQUAL },
  );
});
afterAll(() => gateway.close());

const RED_SHIRT = { like: [{ image: imageOf(looks('shirt', -2.5, 0.5)) }] };

const search = async (query: object, where: object = {}) =>
  (await gateway.read(answer, SEARCH, { query, where })).visualSearch;
const words = ({ refinements }: Awaited<ReturnType<typeof search>>) =>
  Object.fromEntries(refinements.map(({ label, count }) => [label.kind, [label.value, count]]));

test('are words for the image, the surest first, with how many matches have them', async () => {
  const found = await search(RED_SHIRT);
  expect(words(found)).toEqual({ CATEGORY: ['tops/shirts', 36], COLOR: ['red', 36] });
  const confidences = found.refinements.map(({ label }) => label.confidence);
  expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
  expect(Math.min(...confidences)).toBeGreaterThanOrEqual(0.5);
});

test('as a filter, each leaves what it counted, and is then no refinement any more', async () => {
  for (const { label, filter, count } of (await search(RED_SHIRT)).refinements) {
    const narrowed = await search(RED_SHIRT, filter);
    expect(narrowed.nodes).toHaveLength(count);
    expect(Object.keys(words(narrowed))).not.toContain(label.kind);
    expect(Object.values(words(narrowed))).toEqual([[expect.any(String), 18]]);
  }
});

test('count what can be bought', async () => {
  for (const size of ['S', 'M']) await setStock(gateway.db, `${handleOf('shirt', -3, -3)}-${size}`, 0);
  await gateway.catchUp();
  expect(words(await search(RED_SHIRT))).toEqual({ CATEGORY: ['tops/shirts', 35], COLOR: ['red', 35] });
});

test('a style also shifts the search', async () => {
  const { refinements } = await search({ like: [{ image: imageOf(looks('shoe', 1.5, 0.5)) }] });
  expect(refinements).toContainEqual({
    label: { kind: 'STYLE', value: 'workwear', confidence: expect.any(Number) },
    filter: { categories: null, brands: null, attributes: [{ name: 'style', values: ['workwear'] }] },
    style: 'workwear',
    count: 36,
  });
});

test.each([
  ['what is unlike the catalog', { like: [{ image: imageOf([-1, -1, 0, 0]) }] }],
  ['words alone', { like: [], text: 'red shirt' }],
])('there are none for %s', async (_what, query) => {
  expect((await search(query)).refinements).toEqual([]);
});
