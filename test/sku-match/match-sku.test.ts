import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { seedApiKey } from '../support/api-keys.js';
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

const MATCH = /* GraphQL */ `
  query Match($image: ImageInput!, $options: [SelectedOptionInput!], $quantity: Int = 1) {
    matchSku(image: $image, options: $options, quantity: $quantity) {
      outcome
      match {
        probability
        node {
          handle
        }
      }
      sku {
        id
        code
      }
      alternatives {
        cursor
        score
        node {
          handle
        }
      }
    }
  }
`;

const answer = z.object({
  matchSku: z.object({
    outcome: z.string(),
    match: z.object({ probability: z.number(), node: z.object({ handle: z.string() }) }).nullable(),
    sku: z.object({ id: z.string(), code: z.string() }).nullable(),
    alternatives: z.array(
      z.object({ cursor: z.string(), score: z.number(), node: z.object({ handle: z.string() }) }),
    ),
  }),
});

type Matched = z.infer<typeof answer>['matchSku'];

const size = (value: string): { name: string; value: string }[] => [{ name: 'size', value }];

const matchOn = async (
  gateway: TestGateway,
  vector: readonly number[],
  rest: Record<string, unknown> = {},
): Promise<Matched> => (await gateway.read(answer, MATCH, { image: imageOf(vector), ...rest })).matchSku;

describe('with an index that follows Postgres', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(seedGarments, {
      encoder: spellingEncoder,
      calibration: NEARLY_EQUAL,
    });
  });
  afterAll(() => gateway.close());

  const match = (vector: readonly number[], rest?: Record<string, unknown>): Promise<Matched> =>
    matchOn(gateway, vector, rest);

  test('the very product, in the size that was asked for', async () => {
    const found = await match(looks('shirt', 1, 1), { options: size('m') });
    expect(found).toMatchObject({
      outcome: 'SAME_PRODUCT',
      match: { node: { handle: handleOf('shirt', 1, 1) } },
      sku: { code: `${handleOf('shirt', 1, 1)}-M` },
    });
    expect(found.match?.probability).toBeGreaterThan(0.9);
    expect(found.alternatives.length).toBeGreaterThan(0);
    expect(found.alternatives.length).toBeLessThanOrEqual(5);
    expect(found.alternatives.every(({ node }) => node.handle.startsWith('shirt'))).toBe(true);
  });

  test('the SKU can be held: from a photo to a hold in two calls', async () => {
    const { sku } = await match(looks('shirt', 0, 2), { options: size('S'), quantity: 2 });
    const secret = await seedApiKey(gateway.db, { scopes: ['holds:create'] });
    const { errors, data } = await gateway.ask(
      'mutation ($sku: ID!) { holdCreate(input: { lines: [{ sku: $sku, quantity: 2 }] }) { hold { status } userErrors { code } } }',
      { sku: sku?.id },
      secret,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ holdCreate: { hold: { status: 'ACTIVE' }, userErrors: [] } });
  });

  test('the closest substitute in that size, where the very product has none left', async () => {
    const wanted = handleOf('shirt', -1, -1);
    await setStock(gateway.db, `${wanted}-S`, 0);
    await gateway.catchUp();
    const found = await match(looks('shirt', -1, -1), { options: size('S') });
    expect(found.outcome).toBe('CLOSE_SUBSTITUTE');
    expect(found.match?.node.handle).not.toBe(wanted);
    expect(found.match?.probability).toBeLessThan(0.5);
    expect(found.sku?.code).toBe(`${found.match?.node.handle}-S`);
    expect(found.alternatives.map(({ node }) => node.handle)).not.toContain(wanted);
    expect((await match(looks('shirt', -1, -1), { options: size('M') })).outcome).toBe('SAME_PRODUCT');
  });

  test('a substitute, where the product is not in the catalog', async () => {
    const found = await match(looks('shirt', 0.5, 0.5));
    expect(found.outcome).toBe('CLOSE_SUBSTITUTE');
    expect(found.sku).not.toBeNull();
  });

  test('enough of it', async () => {
    const wanted = handleOf('shirt', 2, -3);
    await setStock(gateway.db, `${wanted}-M`, 2);
    await gateway.catchUp();
    const ask = (quantity: number): Promise<Matched> =>
      match(looks('shirt', 2, -3), { options: size('M'), quantity });
    expect((await ask(2)).outcome).toBe('SAME_PRODUCT');
    expect((await ask(3)).outcome).toBe('CLOSE_SUBSTITUTE');
    expect((await ask(6)).outcome).toBe('NONE');
  });

  test('a shoe is no substitute of a shirt', async () => {
    const shirt = looks('shirt', 0.5, 0.5);
    expect(await match(shirt, { options: size('42') })).toEqual({
      outcome: 'NONE',
      match: null,
      sku: null,
      alternatives: [],
    });
    expect((await match(looks('shoe', 0.5, 0.5), { options: size('42') })).outcome).toBe('CLOSE_SUBSTITUTE');
  });

  test.each([
    ['the opposite of a garment', [-1, -1, 0, 0]],
    ['far off in every direction', [0, 0, 1, -1]],
  ])('nothing for an image that shows nothing known: %s', async (_, vector) => {
    expect((await match(vector)).outcome).toBe('NONE');
  });

  test('a search goes on from the last alternative', async () => {
    const image = imageOf(looks('shirt', 1, 1));
    const { alternatives } = await match(looks('shirt', 1, 1), { options: size('M') });
    const { data, errors } = await gateway.ask(
      `query ($image: ImageInput!, $after: String) {
        visualSearch(query: { like: [{ image: $image }] }, after: $after, first: 3,
          where: { options: [{ name: "size", values: ["M"] }], quantity: 1 }) { edges { score node { handle } } } }`,
      { image, after: alternatives.at(-1)?.cursor },
    );
    expect(errors).toEqual([]);
    const page = z
      .object({ visualSearch: z.object({ edges: z.array(z.object({ score: z.number() })) }) })
      .parse(data);
    expect(page.visualSearch.edges).toHaveLength(3);
    expect(page.visualSearch.edges[0]?.score).toBeLessThanOrEqual(alternatives.at(-1)?.score ?? 0);
  });

  test('asks the index once, in one batch', async () => {
    await match(looks('shirt', 0, 0));
    const search = jest.spyOn(gateway.services.index, 'search');
    await match(looks('shirt', 1, 2));
    expect(search.mock.calls.map(([requests]) => requests.length)).toEqual([2]);
    search.mockRestore();
  });

  test.each([
    [{ quantity: 0 }, 'quantity'],
    [{ quantity: 2_000_000 }, 'quantity'],
    [{ options: Array.from({ length: 11 }, () => ({ name: 'size', value: 'M' })) }, 'options'],
  ])('refuses %j', async (rest, field) => {
    const { errors } = await gateway.ask(MATCH, { image: imageOf(looks('shirt', 0, 0)), ...rest });
    expect(errors).toEqual([{ code: 'BAD_USER_INPUT', message: expect.stringContaining(field) }]);
  });

  test('says how likely a match is the product: the same on every page and under every filter', async () => {
    const SEARCH = `query ($image: ImageInput!, $where: ProductFilter) {
      visualSearch(query: { like: [{ image: $image }] }, where: $where, first: 30) { edges { probability score node { handle } } } }`;
    const image = imageOf(looks('shirt', 1, 0));
    const edge = z.object({
      probability: z.number(),
      score: z.number(),
      node: z.object({ handle: z.string() }),
    });
    const page = z.object({ visualSearch: z.object({ edges: z.array(edge) }) });
    const all = (await gateway.read(page, SEARCH, { image })).visualSearch.edges;
    const small = await gateway.read(page, SEARCH, {
      image,
      where: { options: [{ name: 'size', values: ['S'] }], brands: ['alder', 'oda'] },
    });
    const known = new Map(all.map(({ node, probability }) => [node.handle, probability]));
    const shared = small.visualSearch.edges.filter(({ node }) => known.has(node.handle));
    expect(shared.length).toBeGreaterThan(3);
    for (const { node, probability } of shared) expect(probability).toBe(known.get(node.handle));
    const probabilities = all.map(({ probability }) => probability);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(probabilities.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
  });
});

test('what the index still calls sellable and was sold meanwhile is not matched', async () => {
  const gateway = await startTestGateway(seedGarments, {
    encoder: spellingEncoder,
    calibration: NEARLY_EQUAL,
    follows: false,
  });
  const vector = looks('shirt', 1, 1);
  expect((await matchOn(gateway, vector)).outcome).toBe('SAME_PRODUCT');
  for (const code of ['S', 'M']) await setStock(gateway.db, `${handleOf('shirt', 1, 1)}-${code}`, 0);
  const found = await matchOn(gateway, vector);
  expect(found.outcome).toBe('CLOSE_SUBSTITUTE');
  expect(found.match?.node.handle).not.toBe(handleOf('shirt', 1, 1));
  await gateway.close();
});

test('without a calibration nothing is claimed: a match fails and says the remedy, probabilities are 0', async () => {
  const gateway = await startTestGateway(seedGarments, { encoder: spellingEncoder });
  const image = imageOf(looks('shirt', 0, 0));
  const { errors } = await gateway.ask(MATCH, { image });
  expect(errors).toEqual([{ code: 'NOT_CALIBRATED', message: expect.stringContaining('vitrine calibrate') }]);
  const { data } = await gateway.ask(
    'query ($image: ImageInput!) { visualSearch(query: { like: [{ image: $image }] }, first: 1) { edges { probability } } }',
    { image },
  );
  expect(data).toEqual({ visualSearch: { edges: [{ probability: null }] } });
  await gateway.close();
});
