import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DocumentNode, GraphQLError, Kind, parse, validate } from 'graphql';
import { createCompiler } from '../../src/server/graphql/compiler.js';
import { createExecutor, type Executor } from '../../src/server/graphql/executor.js';
import { COMPILE_FROM_EXECUTION, MAX_KEPT_COMPILED_SELECTIONS } from '../../src/server/limits.js';
import { createMetrics } from '../../src/server/metrics.js';
import { generateRequest, pretendedShop } from './support/documents.js';
import { send, startTestServer, type TestServer } from './support/server.js';

/** Thousands of documents, also on a busy machine. */
const DIFFERENTIAL_TIMEOUT_MS = 300_000;

describe('compiled and interpreted operations', () => {
  const schema = pretendedShop();
  const metrics = createMetrics();
  interface Request {
    readonly document: DocumentNode;
    readonly variables: Record<string, unknown>;
  }
  const requests = new WeakMap<object, Request>();
  const checks = {
    passed(context: object) {
      const request = requests.get(context);
      const operation = request?.document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
      if (!request || !operation) throw new Error('the test has given no operation');
      return { ...request, documentHash: '', operation };
    },
  };
  const compiling = createExecutor(schema, checks, createCompiler(schema, metrics, 1));
  const interpreting = createExecutor(schema, checks, () => null);
  const answer = async (execute: Executor, request: Request) => {
    const context = {};
    requests.set(context, request);
    const { data, errors = [] } = await execute(context);
    return { data: data === undefined ? undefined : JSON.stringify(data), errors: errors.map(plain) };
  };

  /** Faults of the schema have other words in graphql-jit, and nobody sees them: they are masked. */
  const plain = ({ message, path, locations }: GraphQLError) => ({
    message: message.startsWith('Cannot return null') ? 'null' : message,
    path,
    locations,
  });

  /** Where the answer has the null that a failure led to: in its own place, or in a place above it. */
  const placeOfNull = (
    data: unknown,
    path: readonly (string | number)[] = [],
  ): readonly (string | number)[] => {
    let value = data;
    for (const [depth, key] of path.entries()) {
      if (!(value instanceof Object)) return path.slice(0, depth);
      value = Reflect.get(value, key);
    }
    return path;
  };

  /**
   * Where a null has moved up, one of the failures below it must be told. Which ones depends on what happens first, and
   * graphql-js itself does not promise it.
   */
  const expectSame = async (request: Request): Promise<void> => {
    const [compiled, interpreted] = [await answer(compiling, request), await answer(interpreting, request)];
    expect(compiled.data).toBe(interpreted.data);
    const data: unknown = compiled.data === undefined ? undefined : JSON.parse(compiled.data);
    const told = ({ errors }: typeof compiled) => {
      const texts = errors.map((error) => {
        const place = placeOfNull(data, error.path);
        const movedUp = data !== undefined && place.length < (error.path?.length ?? 0);
        return JSON.stringify(movedUp ? { place } : error);
      });
      return [...new Set(texts)].sort();
    };
    expect(told(compiled)).toEqual(told(interpreted));
  };

  const compilations = async (): Promise<number> => (await metrics.compilations.get()).values[0]?.value ?? 0;

  test(
    'answer the same to 2,000 generated documents with variables',
    async () => {
      const before = await compilations();
      let valid = 0;
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const { text, variables } = generateRequest(schema, g);
          const document = parse(text);
          fc.pre(validate(schema, document).length === 0);
          valid += 1;
          await expectSame({ document, variables });
        }),
        { numRuns: 2_000, maxSkipsPerRun: 10 },
      );
      expect(valid).toBeGreaterThanOrEqual(2_000);
      // Or it would compare graphql-js with itself.
      expect((await compilations()) - before).toBeGreaterThan(500);
    },
    DIFFERENTIAL_TIMEOUT_MS,
  );
});

describe('over HTTP, compiled', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });

  const metric = async (name: string): Promise<number> => {
    const { body } = await server.app.inject({ method: 'GET', url: '/metrics' });
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
  };
  const often = async (query: string, variables?: Record<string, unknown>): Promise<string[]> => {
    const bodies = [];
    for (let round = 0; round <= COMPILE_FROM_EXECUTION; round += 1) {
      const response = await server.app.inject({
        method: 'POST',
        url: '/graphql',
        payload: { query, variables },
      });
      bodies.push(response.body);
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

  test('a hundred new documents that come often cannot fill the memory', async () => {
    // Every selection is a function with names of its own.
    const page = (n: number): string =>
      `query Q${n} { ${Array.from({ length: 20 }, (_, i) => `a${i}: garments(first: 1) { nodes { ...S } }`).join(' ')} }
       fragment S on Garment { id title url price others { id title url price } }`;
    for (let n = 0; n < 100; n += 1) await often(page(n));
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
