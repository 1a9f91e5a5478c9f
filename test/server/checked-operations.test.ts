import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { NEVER_ABORTED } from '../../src/graph/server-context.js';
import { createCharges } from '../../src/server/cost/charges.js';
import { createChecks } from '../../src/server/graphql/checks.js';
import { createMetrics } from '../../src/server/metrics.js';
import { createAnswerBounds } from '../../src/server/graphql/answer-bounds.js';
import { createExecutor } from '../../src/server/graphql/executor.js';
import type { Client } from 'graphql-ws';
import { AMPLE } from '../support/gateway.js';
import { openClient } from '../support/subscriptions.js';
import { painted, TestContext, testSchema } from './support/schema.js';
import { send, startTestServer } from './support/server.js';

let app: FastifyInstance;
beforeAll(async () => {
  ({ app } = await startTestServer());
});
beforeEach(() => {
  painted.length = 0;
});

/** Operations that the checks refuse. */
const TWENTY_ONE = `[${Array<number>(21).fill(1).join(', ')}]`;
const DEAR_QUERY = `{ expensive(times: ${TWENTY_ONE}) }`;
const dear = 'mutation { paint(color: "red", coats: 21) }';
const elsewhere = 'mutation @inContext(channel: "nowhere") { paint(color: "red") }';

const post = async (
  body: Record<string, unknown>,
): Promise<{ status: number; code: unknown; data: unknown }> => {
  const response = await app.inject({ method: 'POST', url: '/graphql', payload: body });
  const { data, errors } = response.json<{ data?: unknown; errors?: { extensions: { code: string } }[] }>();
  return { status: response.statusCode, code: errors?.[0]?.extensions.code, data };
};

describe('whatever operationName says, nothing is executed that was not checked', () => {
  const names = ['', null, undefined, 'Unknown', 5, ['Unknown'], '__proto__'];

  test.each(names)('POST with %j', async (operationName) => {
    for (const [query, code] of [
      [dear, 'COST_EXCEEDED'],
      [elsewhere, 'UNKNOWN_CHANNEL'],
    ]) {
      const answer = await post({ query, operationName });
      expect(answer.status).toBe(400);
      expect(answer.data).toBeUndefined();
      if (!operationName) expect(answer.code).toBe(code);
    }
    expect(painted).toEqual([]);
  });

  test.each(['', 'Unknown'])('GET with %j, also with the header of an app', async (operationName) => {
    for (const query of [dear, elsewhere, 'mutation { paint(color: "red") }', DEAR_QUERY]) {
      const response = await app.inject({
        method: 'GET',
        url: '/graphql',
        query: { query, operationName },
        headers: { 'apollo-require-preflight': 'yes' },
      });
      expect([400, 405]).toContain(response.statusCode);
      expect(response.json()).not.toHaveProperty('data');
    }
    expect(painted).toEqual([]);
  });

  test.each(['', null, undefined, 'C'])('several operations with %j', async (operationName) => {
    const query = `mutation A { paint(color: "a") } mutation B { paint(color: "b") }`;
    const answer = await post({ query, operationName });
    expect(answer).toEqual({ status: 400, code: 'OPERATION_RESOLUTION_FAILURE', data: undefined });
    expect(painted).toEqual([]);
  });

  test('an empty name is no name: the only operation is checked and executed', async () => {
    const query = 'mutation @inContext(channel: "us") { paint(color: "blue") }';
    expect(await post({ query, operationName: '' })).toEqual({
      status: 200,
      code: undefined,
      data: { paint: '1 coats of blue in us' },
    });
    const get = await app.inject({
      method: 'GET',
      url: '/graphql',
      query: { query: 'query @inContext(channel: "us") { channel }', operationName: '' },
      headers: { 'apollo-require-preflight': 'yes' },
    });
    expect(get.json()).toMatchObject({ data: { channel: 'us' } });
  });

  test('the executor itself refuses a context in which nothing has passed', async () => {
    const schema = await testSchema();
    const checks = createChecks(createCharges(schema, new MemoryBudgets(AMPLE), createMetrics()));
    const execute = createExecutor(
      schema,
      checks,
      () => null,
      createAnswerBounds(schema, () => undefined),
    );
    const context = new TestContext({ requestId: 'r', publicUrl: 'http://localhost', signal: NEVER_ABORTED });
    await expect(execute(context)).rejects.toThrow(/had not passed the checks/);
    expect(painted).toEqual([]);
  });
});

describe('over a WebSocket', () => {
  let client: Client;
  beforeAll(async () => {
    client = openClient(
      `${(await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/graphql`,
    );
  });
  afterAll(() => client.dispose());

  /** All responses, and what ended the subscription. */
  const run = (query: string, operationName: string | null): Promise<unknown[]> =>
    new Promise((resolve) => {
      const answers: unknown[] = [];
      client.subscribe(
        { query, operationName },
        {
          next: (answer) => answers.push(answer),
          error: (error) => resolve([...answers, error]),
          complete: () => resolve(answers),
        },
      );
    });

  test.each(['', null, 'Unknown'])('mutations with the name %j are refused', async (operationName) => {
    const answers = await run('mutation { paint(color: "red") }', operationName);
    expect(answers).toMatchObject([[{ extensions: { code: 'BAD_USER_INPUT' } }]]);
    expect(painted).toEqual([]);
  });

  test.each(['', null])('subscriptions with the name %j are checked', async (operationName) => {
    expect(await run('subscription { colors(times: 21) }', operationName)).toMatchObject([
      [{ extensions: { code: 'COST_EXCEEDED' } }],
    ]);
    expect(await run('subscription @inContext(channel: "us") { colors }', operationName)).toMatchObject([
      { data: { colors: 'red in us' } },
    ]);
  });
});

describe('variables', () => {
  const many = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, index]));

  test('a few that the operation does not declare are left aside', async () => {
    expect(await send(app, '{ channel }', many(20))).toMatchObject({
      status: 200,
      data: { channel: 'default' },
    });
  });

  test('more than an operation can declare are refused, with what to do', async () => {
    const { status, errors } = await send(app, '{ __typename }', many(501));
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: expect.stringMatching(/500 variables.*only those/) },
    ]);
  });

  test.each([
    ['variables', (count: number) => many(count)],
    ['fields of one variable', (count: number) => ({ box: many(count) })],
    [
      'names with escaped quotes',
      (count: number) => ({
        box: Object.fromEntries(Object.entries(many(count)).map(([name, value]) => [`${name}"x`, value])),
      }),
    ],
  ])('a body with 20,000 %s is refused before it is parsed', async (_what, variables) => {
    const { status, errors } = await send(app, '{ __typename }', variables(20_000));
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      {
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/2000 distinct field names.*only the variables/),
      },
    ]);
  });

  test('a large body of a few names is read, whatever stands in its texts', async () => {
    const label = '{"a": 1, "b": [":", "c:d"]} : '.repeat(300);
    const boxes = Array.from({ length: 5_000 }, (_, x) => ({ x, y: 'n: "quoted"' }));
    const { data, errors } = await send(
      app,
      'query ($label: String) { area(box: { x: 1 }, label: $label) }',
      { label, boxes },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ area: label.length });
  });

  test('a variable that has a name of Object.prototype keeps its default', async () => {
    const query = 'query ($constructor: String! = "us") @inContext(channel: $constructor) { channel }';
    expect((await send(app, query)).data).toEqual({ channel: 'us' });
  });

  test('null for the channel is refused, also where a default would make it optional', async () => {
    const query = 'query ($c: String = "us") @inContext(channel: $c) { channel }';
    expect((await send(app, query, { c: null })).errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });
});
