import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { z } from 'zod';
import { seedMarkets } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { nameOfStatement } from '../support/statements.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(seedMarkets);
});
afterAll(() => gateway.close());

const answer = z.object({ channel: z.object({ handle: z.string() }) });

// Failed on 2026-11-29: subscriptions that began at once took all connections to Postgres for the same row.
test('requests that come at once read their channel once', async () => {
  const spy = jest.spyOn(Client.prototype, 'query');
  try {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => gateway.read(answer, '{ channel { handle } }')),
    );
    expect(new Set(answers.map(({ channel }) => channel.handle)).size).toBe(1);
    const reads = spy.mock.calls.filter(([statement]) => {
      const { text } = Object(statement) as { text?: unknown };
      return typeof text === 'string' && nameOfStatement(text) === 'channel.find';
    });
    expect(reads).toHaveLength(1);
  } finally {
    spy.mockRestore();
  }
});
