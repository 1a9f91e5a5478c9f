import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { statementsDuring } from '../support/statements.js';

const EACH = 5;
/** As many ids as a call of `nodes` takes. */
const IDS = 100;

let gateway: TestGateway;
let secret: string;
/** What can be looked up, by type: ids that are there. */
const there: Record<string, string[]> = {};

beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    await seedProduct(db, { handle: 'tee', skus: [{ code: 'TEE', stock: { berlin: 100 } }] });
    await db.query(
      `INSERT INTO image_jobs (product_id, position, link)
        SELECT id, number, 'https://img.example/' || number FROM products, generate_series(1, ${EACH}) number`,
    );
  });
  secret = await seedApiKey(gateway.db);
  const numbers = Array.from({ length: EACH }, (_, number) => number);
  const sku = await gateway.read(
    z.object({ sku: z.object({ id: z.string(), product: z.object({ id: z.string() }) }) }),
    '{ sku(code: "TEE") { id product { id } } }',
  );
  const created = z.object({ made: z.object({ it: z.object({ id: z.string() }) }) });
  const make = async (document: string, variables: object): Promise<string> =>
    (await gateway.read(created, document, { ...variables }, secret)).made.it.id;
  there['Hold'] = await Promise.all(
    numbers.map(() =>
      make(
        'mutation ($sku: ID!) { made: holdCreate(input: { lines: [{ sku: $sku, quantity: 1 }] }) { it: hold { id } } }',
        { sku: sku.sku.id },
      ),
    ),
  );
  there['Board'] = await Promise.all(
    numbers.map((number) =>
      make('mutation ($t: String!) { made: boardCreate(input: { title: $t }) { it: board { id } } }', {
        t: `board ${number}`,
      }),
    ),
  );
  for (const board of there['Board']) {
    await gateway.ask(
      'mutation ($b: ID!, $p: ID!) { pinAdd(input: { board: $b, product: $p }) { userErrors { code } } }',
      { b: board, p: sku.sku.product.id },
      secret,
    );
  }
  for (const [type, table] of [
    ['Pin', 'pins'],
    ['ImageJob', 'image_jobs'],
  ]) {
    const { rows } = await gateway.db.query<{ id: number }>(`SELECT id FROM ${table} ORDER BY id`);
    there[String(type)] = rows.map(({ id }) => toGlobalId(String(type), id));
  }
});
afterAll(() => gateway.close());

/** Ids of the type that nothing has. */
const missing = (type: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) =>
    toGlobalId(
      type,
      type === 'Hold' || type === 'Board'
        ? `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
        : 1_000_000 + number,
    ),
  );

const nodes = z.record(z.string(), z.array(z.object({ id: z.string() }).nullable()));

test.each(['Hold', 'Board', 'Pin', 'ImageJob'])(
  'thirty lists of a hundred ids of the type %s are looked up by one statement',
  async (type) => {
    const known = there[type] ?? [];
    expect(known).toHaveLength(EACH);
    const ids = [...known, ...missing(type, IDS - EACH)];
    const lists = Array.from({ length: 30 }, (_, number) => `n${number}: nodes(ids: $ids) { id }`);
    let data: z.infer<typeof nodes> = {};
    const statements = await statementsDuring(async () => {
      data = await gateway.read(nodes, `query ($ids: [ID!]!) { ${lists.join(' ')} }`, { ids }, secret);
    });
    expect(Object.keys(data)).toHaveLength(30);
    for (const list of Object.values(data)) {
      expect(list.map((node) => node?.id ?? null)).toEqual([...known, ...Array<null>(IDS - EACH).fill(null)]);
    }
    expect(statements).toHaveLength(1);
  },
);

test('fifty of them cost too much', async () => {
  const lists = Array.from({ length: 50 }, (_, number) => `n${number}: nodes(ids: $ids) { id }`);
  const { errors } = await gateway.ask(`query ($ids: [ID!]!) { ${lists.join(' ')} }`, {
    ids: missing('Hold', IDS),
  });
  expect(errors).toMatchObject([{ code: 'COST_EXCEEDED' }]);
});

test('single lookups are read together with them', async () => {
  const [hold = ''] = there['Hold'] ?? [];
  const [board = ''] = there['Board'] ?? [];
  const document = `query ($hold: ID!, $board: ID!) {
    a: hold(id: $hold) { id } b: hold(id: $hold) { id } c: node(id: $hold) { id }
    d: board(id: $board) { id } e: node(id: $board) { id } }`;
  const statements = await statementsDuring(async () => {
    const data = await gateway.read(
      z.record(z.string(), z.object({ id: z.string() })),
      document,
      { hold, board },
      secret,
    );
    expect(Object.values(data).map(({ id }) => id)).toEqual([hold, hold, hold, board, board]);
  });
  expect(statements.sort()).toEqual(['board.find', 'hold.read']);
});

test('what belongs to a key is looked up for no one else', async () => {
  const ids = Object.values(there).flat();
  const ask = async (key?: string): Promise<(string | null)[]> => {
    const data = await gateway.read(nodes, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, key);
    return (data['nodes'] ?? []).map((node) => node?.id ?? null);
  };
  expect(await ask(secret)).toEqual(ids);
  expect(await ask()).toEqual(ids.map(() => null));
  // Another key with the scope catalog:write sees the jobs.
  expect(await ask(await seedApiKey(gateway.db))).toEqual(
    ids.map((id) => (there['ImageJob']?.includes(id) ? id : null)),
  );
});

// Failed on 2026-11-28: every entry became an error with its own message, for seconds.
test('of many bad ids in a list, a few are reported', async () => {
  const ids = Array.from({ length: 2_500 }, () => null);
  const { data, errors } = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(data ?? null).toBeNull();
  expect(errors[0]?.code).toBe('BAD_USER_INPUT');
  // The first one: the others were not even made.
  expect(errors[0]?.message).toContain('"ids[0]"');
});

test('the lists in the variables have a bound together', async () => {
  const { errors } = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
    ids: Array.from({ length: 10_001 }, () => 'a'),
  });
  expect(errors).toMatchObject([
    { code: 'BAD_USER_INPUT', message: expect.stringMatching(/more than 10000 entries/) },
  ]);
});

// Failed on 2026-11-29: graphql-js compared names of megabytes with its own, which took gigabytes, and everybody waited.
test('what is meant is suggested for names, and not for long texts', async () => {
  const asked = async (variables: Readonly<Record<string, unknown>>): Promise<string> => {
    const document = `query ($sort: ProductSort, $where: ProductFilter) { products(sort: $sort, where: $where) { nodes { id } } }`;
    const { errors } = await gateway.ask(document, variables);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    return errors[0]?.message ?? '';
  };
  expect(await asked({ sort: 'NEWES' })).toMatch('Did you mean');
  expect(await asked({ where: { brand: [] } })).toMatch('Did you mean');
  expect(await asked({ sort: 'NEWEST'.repeat(50) })).not.toMatch('Did you mean');
  expect(await asked({ sort: ['NEWEST'] })).not.toMatch('Did you mean');
  expect(await asked({ where: { ['brand'.repeat(50)]: [] } })).toMatch(/name of more than 100 characters/);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, 1]));
  expect(await asked({ where: many })).toMatch(/more than 100 fields/);
});

// Failed on 2026-11-29: ids of megabytes were decoded, and kept the event loop for seconds.
test('a text that is too long to be an id is none, whatever it begins with', async () => {
  const ids = Object.values(there).flatMap(([first]) => (first === undefined ? [] : [first]));
  const ask = async (found: readonly string[]): Promise<unknown> => {
    const { data } = await gateway.ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: found },
      secret,
    );
    return data;
  };
  expect(await ask(ids)).toEqual({ nodes: ids.map((id) => ({ id })) });
  expect(await ask(ids.map((id) => id.padEnd(201)))).toEqual({ nodes: ids.map(() => null) });
});
