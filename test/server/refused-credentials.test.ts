import { expect, test } from '@jest/globals';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { LEAST_CAPACITY } from '../../src/budgets/budgets.js';
import { RequestError } from '../../src/errors.js';
import { REFUSED_CREDENTIALS_COST } from '../../src/server/limits.js';
import { TestContext } from './support/schema.js';
import { startTestServer } from './support/server.js';

/** As many guesses as a full budget pays for. */
const GUESSES = LEAST_CAPACITY / REFUSED_CREDENTIALS_COST;
const MALLORY = '198.51.100.1';
const ALICE = '198.51.100.2';

// Failed on 2026-11-28: refused credentials were free.
test('whoever guesses keys is refused before they are looked up; without a key, and elsewhere, all goes on', async () => {
  let lookups = 0;
  const { app } = await startTestServer({
    budgets: new MemoryBudgets({ anonymousRate: 1, keyRate: 1, burstSeconds: 1 }),
    createContext: (facts) => {
      if (facts.authorization !== null) {
        lookups += 1;
        if (facts.authorization !== 'Bearer good')
          throw new RequestError('UNAUTHENTICATED', 'This key is unknown.');
      }
      return new TestContext(facts);
    },
  });
  const ask = async (remoteAddress: string, authorization?: string) => {
    const { statusCode, headers } = await app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ channel }' },
      remoteAddress,
      headers: authorization === undefined ? {} : { authorization },
    });
    return { statusCode, waits: Number(headers['retry-after'] ?? 0) };
  };
  for (let guess = 0; guess < GUESSES; guess += 1) {
    expect(await ask(MALLORY, `Bearer ${guess}`)).toEqual({ statusCode: 401, waits: 0 });
  }
  expect(lookups).toBe(GUESSES);
  const { statusCode, waits } = await ask(MALLORY, 'Bearer another');
  expect(statusCode).toBe(429);
  expect(waits).toBeGreaterThan(0);
  expect(lookups).toBe(GUESSES);
  expect(await ask(MALLORY)).toEqual({ statusCode: 200, waits: 0 });
  expect(await ask(ALICE, 'Bearer good')).toEqual({ statusCode: 200, waits: 0 });
});

test('accepted keys cost nothing more', async () => {
  const { app } = await startTestServer({
    budgets: new MemoryBudgets({ anonymousRate: 1, keyRate: 1, burstSeconds: 1 }),
  });
  for (let request = 0; request <= GUESSES; request += 1) {
    const { statusCode } = await app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ channel }' },
      remoteAddress: ALICE,
      headers: { authorization: 'Bearer good' },
    });
    expect(statusCode).toBe(200);
  }
});
