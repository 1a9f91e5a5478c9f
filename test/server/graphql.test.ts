import { beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, type GraphQLObjectType, validateSchema } from 'graphql';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { createCharges } from '../../src/server/cost/charges.js';
import { createMetrics } from '../../src/server/metrics.js';
import { createChecks } from '../../src/server/graphql/checks.js';
import { createAnswerBounds } from '../../src/server/graphql/answer-bounds.js';
import { createExecutor } from '../../src/server/graphql/executor.js';
import { AMPLE } from '../support/gateway.js';
import { testSchema } from './support/schema.js';
import { send, startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});

describe('execution', () => {
  test('answers interfaces, custom scalars, defaults and nested resolvers', async () => {
    const { status, data, errors } = await send(
      server.app,
      `{ things { __typename id ... on Garment { title url similar(first: 1) { title } } ... on Shop { city } } }`,
    );
    expect(errors).toEqual([]);
    expect(status).toBe(200);
    expect(data).toEqual({
      things: [
        {
          __typename: 'Garment',
          id: '1',
          title: 'Garment 1',
          url: 'https://shop.example/1',
          similar: [{ title: 'Garment 2' }],
        },
        { __typename: 'Shop', id: 's', city: 'Lyon' },
      ],
    });
  });

  test.each([
    [true, { channel: 'default', garments: { nodes: [{ id: '0' }] } }],
    [false, { publicUrl: 'http://localhost:80', garments: { nodes: [{ title: 'Garment 0' }] } }],
  ])('@include and @skip follow the variable %p, on fields and fragments', async (flag, expected) => {
    const query = `
      query Flags($flag: Boolean!) {
        channel @include(if: $flag)
        publicUrl @skip(if: $flag)
        garments(first: 1) { nodes { ...Id @include(if: $flag) ... @skip(if: $flag) { title } } }
      }
      fragment Id on Garment { id }`;
    expect(await send(server.app, query, { flag })).toMatchObject({ data: expected, errors: [] });
  });

  test('runs the operation that is named, each compiled for itself', async () => {
    const query = `query A { channel } query B { publicUrl }`;
    expect((await send(server.app, query, {}, 'A')).data).toEqual({ channel: 'default' });
    expect((await send(server.app, query, {}, 'B')).data).toEqual({ publicUrl: 'http://localhost:80' });
    expect((await send(server.app, query, {}, 'C')).errors).toMatchObject([
      { code: 'OPERATION_RESOLUTION_FAILURE', message: expect.stringContaining('"C"') },
    ]);
  });

  test('a null where none may be empties the nearest nullable parent and names the path', async () => {
    const { data, errors } = await send(
      server.app,
      `{ channel garments(first: 2) { nodes { unfinished } } }`,
    );
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { path: ['garments', 'nodes', 1, 'unfinished'], code: 'INTERNAL_SERVER_ERROR' },
    ]);
  });

  test('introspection gives the schema', async () => {
    const { data, errors } = await send(server.app, getIntrospectionQuery({ inputValueDeprecation: true }));
    expect(errors).toEqual([]);
    expect(data).toHaveProperty('__schema.queryType.name', 'Query');
  });

  test('refuses a schema whose type resolver is asynchronous', async () => {
    const schema = await testSchema();
    expect(validateSchema(schema)).toEqual([]);
    Object.assign(schema.getType('Thing') as GraphQLObjectType, { resolveType: async () => 'Garment' });
    const checks = createChecks(createCharges(schema, new MemoryBudgets(AMPLE), createMetrics()));
    expect(() =>
      createExecutor(
        schema,
        checks,
        () => null,
        createAnswerBounds(schema, () => undefined),
      ),
    ).toThrow(/Thing resolves its type asynchronously/);
  });
});

describe('variables', () => {
  const area = `query Area($box: BoxInput!, $label: String) { area(box: $box, label: $label) }`;

  test.each([
    [{}, /\$box.* was not provided/],
    [{ box: { y: 1 } }, /Field "x" of required type "Float!" was not provided/],
    [{ box: { x: 'wide' } }, /Float cannot represent non numeric value/],
    [{ box: { x: 1 }, label: { a: 1 } }, /String cannot represent/],
  ])('%j is BAD_USER_INPUT', async (variables, message) => {
    // Twice: the second time, everything about the document is cached.
    for (let round = 0; round < 2; round += 1) {
      const { status, data, errors } = await send(server.app, area, variables);
      expect({ status, data }).toEqual({ status: 400, data: undefined });
      expect(errors).toContainEqual(
        expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) }),
      );
    }
  });

  test('a bad variable after a good one of the same shape is BAD_USER_INPUT too', async () => {
    expect((await send(server.app, area, { box: { x: 2 } })).data).toEqual({ area: 2 });
    expect((await send(server.app, area, { box: { x: 'wide' } })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);
  });

  test('a message does not repeat megabytes of input', async () => {
    const { errors } = await send(server.app, area, { box: 'x'.repeat(200_000) });
    expect(errors[0]?.message.length).toBeLessThan(600);
  });
});

describe('errors', () => {
  test('user errors keep message and code; the rest of the answer stands', async () => {
    const { status, data, errors } = await send(server.app, `{ missing { id } channel }`);
    expect(status).toBe(200);
    expect(data).toEqual({ missing: null, channel: 'default' });
    expect(errors).toEqual([
      {
        message: 'There is no garment "x"; list them with garments.',
        code: 'NOT_FOUND',
        path: ['missing'],
        locations: [{ line: 1, column: 3 }],
      },
    ]);
  });

  test('faults of ours are masked, and logged with their cause under the id in the message', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ broken }' },
    });
    expect(response.body).not.toContain('hunter2');
    expect(response.body).not.toContain('stack');
    const id = /\(request ([0-9a-f-]{36})\)/.exec(response.body)?.[1];
    const entry = server.logged.find(({ requestId }) => requestId === id);
    expect(JSON.stringify(entry)).toMatch(/hunter2.*connection refused/);
  });

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s is %s', async (query, code) => {
    const { status, errors } = await send(server.app, query);
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ code }]);
  });

  test.each([
    ['application/json', '{ no json', 400],
    ['text/plain', 'query', 415],
    ['application/json', `{"query":"${'x'.repeat(16 * 1024 * 1024)}"}`, 413],
  ])('a %s body that cannot be read has the shape of a GraphQL answer', async (type, payload, status) => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': type },
      payload,
    });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('@inContext', () => {
  test.each([
    ['query @inContext(channel: "us") { channel }', {}, 'us'],
    ['query ($c: String!) @inContext(channel: $c) { channel }', { c: 'eu' }, 'eu'],
    ['query ($c: String! = "uk") @inContext(channel: $c) { channel }', {}, 'uk'],
    ['query { channel }', {}, 'default'],
  ])('%s', async (query, variables, channel) => {
    expect(await send(server.app, query, variables)).toMatchObject({ data: { channel }, errors: [] });
  });

  test('an unknown channel ends the request', async () => {
    const { status, data, errors } = await send(
      server.app,
      'query @inContext(channel: "nowhere") { channel }',
    );
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors).toMatchObject([{ code: 'UNKNOWN_CHANNEL', message: 'There is no channel "nowhere".' }]);
  });

  test('a variable of another type is a bad variable', async () => {
    const { errors } = await send(server.app, 'query ($c: String!) @inContext(channel: $c) { channel }', {
      c: 3,
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });
});
