import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { transaction } from '../../src/platform/postgres.js';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(seedMarkets);
});
afterAll(() => gateway.close());

test('a statement that Postgres stops is told from a Postgres that is away', async () => {
  const overloaded = { code: 'SERVICE_OVERLOADED', message: expect.stringMatching(/took too long/) };
  const [graphql, http] = await transaction(gateway.db, async (client) => {
    // Held for longer than a statement of a request may take.
    await client.query('LOCK TABLE categories, product_images IN ACCESS EXCLUSIVE MODE');
    return Promise.all([
      gateway.ask('{ channel { handle } categories { handle } }'),
      gateway.http.inject({ url: `/images/${toGlobalId('Image', '1')}` }),
    ]);
  });
  expect(graphql).toEqual({ data: { channel: { handle: 'eu' }, categories: null }, errors: [overloaded] });
  expect([http.statusCode, http.json()]).toEqual([503, { error: overloaded }]);
  expect(http.headers['retry-after']).toBe('5');
  // The connections are still in use.
  expect((await gateway.ask('{ categories { handle } }')).errors).toEqual([]);
});
