import { beforeAll, describe, expect, test } from '@jest/globals';
import { COMPILE_FROM_EXECUTION, MAX_KEPT_COMPILED_SELECTIONS } from '../../src/server/limits.js';
import { expectSameAnswers } from './support/same-answers.js';
import { send, startTestServer, type TestServer } from './support/server.js';

/** The proofs compare ten times as many. */
const DOCUMENTS = 200;

test(`compiled and interpreted, ${DOCUMENTS} generated documents with variables are answered the same`, () =>
  expectSameAnswers(DOCUMENTS));

describe('over HTTP, compiled', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });

  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await server.metrics())?.[1]);
  /** The answers, without what they cost. */
  const often = async (query: string, variables?: Record<string, unknown>): Promise<string[]> => {
    const bodies = [];
    for (let round = 0; round <= COMPILE_FROM_EXECUTION; round += 1) {
      const response = await server.app.inject({
        method: 'POST',
        url: '/graphql',
        payload: { query, variables },
      });
      bodies.push(response.body.replace(/,"extensions":\{"cost":\{[^}]*\}\}/, ''));
    }
    return bodies;
  };

  test('a page that comes again and again is compiled, once', async () => {
    const before = await metric('graphql_compilations_total');
    const page =
      'query Page($n: Int) { garments(first: $n) { nodes { id title url similar(first: 2) { id } } } }';
    const bodies = new Set(await often(page, { n: 24 }));
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain('Garment 23');
    expect((await metric('graphql_compilations_total')) - before).toBe(1);
    await send(server.app, '{ channel }');
    expect((await metric('graphql_compilations_total')) - before).toBe(1);
  });

  test.each([
    [
      'a fragment that is conditional in one of two places',
      'query ($a: Boolean!) { p: garments(first: 1) { ...F @include(if: $a) } q: garments(first: 1) { ...F } } fragment F on GarmentConnection { nodes { id } }',
      { a: false },
      { p: {}, q: { nodes: [{ id: '0' }] } },
    ],
    [
      'a fragment that is left out in one of two places',
      '{ p: garments(first: 1) { ...F @include(if: false) } q: garments(first: 1) { ...F } } fragment F on GarmentConnection { nodes { id } }',
      {},
      { p: {}, q: { nodes: [{ id: '0' }] } },
    ],
    [
      'a fragment within two conditional fields',
      'query ($a: Boolean!) { p: garments(first: 1) @skip(if: $a) { ...F } q: garments(first: 1) @include(if: $a) { ...F } } fragment F on GarmentConnection { ... { nodes { id } } }',
      { a: true },
      { q: { nodes: [{ id: '0' }] } },
    ],
    [
      'a variable that is left out within an input object',
      'query ($y: String) { boxed(box: { x: 1, label: $y }) }',
      {},
      { boxed: '{"x":1}' },
    ],
    [
      'an alias __typename at the root',
      '{ a: __typename __typename }',
      {},
      { a: 'Query', __typename: 'Query' },
    ],
  ])('%s', async (_what, query, variables, expected) => {
    const bodies = await often(query, variables);
    expect(bodies.map((body): unknown => JSON.parse(body))).toEqual(bodies.map(() => ({ data: expected })));
  });

  test('a field under the alias __proto__ is answered', async () => {
    for (const body of await often('{ __proto__: channel garments(first: 1) { nodes { __proto__: id } } }'))
      expect(body.trim()).toBe('{"data":{"__proto__":"default","garments":{"nodes":[{"__proto__":"0"}]}}}');
  });

  test('sixty new documents that come often cannot fill the memory', async () => {
    // Every selection is a function with its own names.
    const page = (n: number): string =>
      `query Q${n} { ${Array.from({ length: 20 }, (_, i) => `a${i}: garments(first: 1) { nodes { ...S } }`).join(' ')} }
       fragment S on Garment { id title url price others { id title url price } }`;
    for (let n = 0; n < 60; n += 1) await often(page(n));
    const kept = await metric('graphql_compiled_selections');
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(MAX_KEPT_COMPILED_SELECTIONS);
  });

  test('documents that are too wide, or seen once, are not compiled', async () => {
    const before = await metric('graphql_compilations_total');
    const wide = (n: number, inner: string): string =>
      `query W${n} { ${Array.from({ length: 45 }, (_, i) => `a${i}: garments(first: 1) { nodes { ...S } }`).join(' ')} } fragment S on Garment { ${inner} }`;
    const level = (depth: number): string =>
      depth === 0 ? 'id' : `...L${depth - 1} ...L${depth - 1} ...L${depth - 1}`;
    const tripling = Array.from({ length: 8 }, (_, d) => `fragment L${d} on Garment { ${level(d)} }`).join(
      ' ',
    );
    await often(wide(0, 'id title url price others { id title url price }'));
    await often(`{ garments(first: 1) { nodes { ...L7 } } } ${tripling}`);
    for (let n = 1; n < 100; n += 1) await send(server.app, wide(n, 'id'));
    expect(await metric('graphql_compilations_total')).toBe(before);
  });
});
