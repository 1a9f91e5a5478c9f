import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Budgets, LEAST_CAPACITY } from '../../src/budgets/budgets.js';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { ThrottledError } from '../../src/errors.js';
import { seedApiKey } from '../support/api-keys.js';
import { seedMarkets } from '../support/catalog.js';
import { AMPLE, startTestGateway, type TestGateway } from '../support/gateway.js';
import { openClient } from '../support/subscriptions.js';
import { until } from '../support/waiting.js';
import { startTestServer } from '../server/support/server.js';

describe('a budget belongs', () => {
  let gateway: TestGateway;
  let secret: string;
  beforeAll(async () => {
    // Nothing is restored.
    const budgets = new MemoryBudgets({ ...AMPLE, anonymousRate: 1, keyRate: 1, now: () => 0 });
    gateway = await startTestGateway(seedMarkets, { budgets, trustedProxies: ['127.0.0.1'] });
    secret = await seedApiKey(gateway.db);
  });
  afterAll(() => gateway.close());

  /** What the caller has left after a small request. */
  const left = async (address: string, key?: string): Promise<number> => {
    const response = await gateway.http.inject({
      method: 'POST',
      url: '/graphql',
      headers: {
        'x-forwarded-for': address,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      payload: { query: '{ __typename }' },
    });
    return response.json<{ extensions: { cost: { available: number } } }>().extensions.cost.available;
  };

  test('to an IPv6 network and an IPv4 address, and to an API key from anywhere', async () => {
    const fresh = await left('203.0.113.1');
    expect(fresh).toBeGreaterThan(LEAST_CAPACITY - 100);
    expect(await left('203.0.113.1')).toBeLessThan(fresh);
    expect(await left('203.0.113.2')).toBeGreaterThan(LEAST_CAPACITY - 100);
    const network = await left('2001:db8:1:2::1');
    expect(await left('2001:db8:1:2:ffff::9')).toBeLessThan(network);
    expect(await left('2001:db8:2:3::1')).toBeGreaterThan(LEAST_CAPACITY - 100);
    const ofKey = await left('203.0.113.1', secret);
    expect(ofKey).toBeGreaterThan(LEAST_CAPACITY - 100);
    expect(await left('203.0.113.77', secret)).toBeLessThan(ofKey);
  });
});

test('events of a subscription wait until there are points for them', async () => {
  const ample = new MemoryBudgets(AMPLE);
  const taken: number[] = [];
  const budgets: Budgets = {
    boundsOf: (payer) => ample.boundsOf(payer),
    available: (payer) => ample.available(payer),
    giveBack: (payer, points) => ample.giveBack(payer, points),
    close: () => ample.close(),
    async take(_payer, points) {
      taken.push(points);
      // Connecting, the request, and its operation are paid for; the first event is refused twice.
      if (taken.length === 4 || taken.length === 5) throw new ThrottledError('try again', 1);
    },
  };
  const { app } = await startTestServer({ budgets });
  const url = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
  const client = openClient(`${url}/graphql`);
  try {
    const answers: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      client.subscribe(
        { query: 'subscription { colors }' },
        { next: (answer) => answers.push(answer), error: reject, complete: resolve },
      );
    });
    expect(answers).toMatchObject([
      { data: { colors: 'red in default' }, extensions: { cost: { actual: 1 } } },
    ]);
    expect(taken.length).toBeGreaterThanOrEqual(6);
    expect(taken.slice(3, 6)).toEqual([1, 1, 1]);
  } finally {
    await client.dispose();
  }
});

// Failed on 2026-11-29: 1,500 events that waited asked 20 times a second each, which took half of a core.
test('of the events that wait for points, one asks for them', async () => {
  const SUBSCRIPTIONS = 20;
  const ample = new MemoryBudgets(AMPLE);
  let isEmpty = true;
  let refused = 0;
  const budgets: Budgets = {
    boundsOf: (payer) => ample.boundsOf(payer),
    available: (payer) => ample.available(payer),
    giveBack: (payer, points) => ample.giveBack(payer, points),
    close: () => ample.close(),
    async take(_payer, points, again) {
      // Only events cost a single point, and are not what sending a request again would cost in addition.
      if (points > 1 || again !== undefined || !isEmpty) return;
      refused += 1;
      throw new ThrottledError('try again', 20);
    },
  };
  const { app } = await startTestServer({ budgets });
  const url = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
  const client = openClient(`${url}/graphql`);
  try {
    const answers: unknown[] = [];
    const ended = Array.from(
      { length: SUBSCRIPTIONS },
      () =>
        new Promise<void>((resolve, reject) => {
          client.subscribe(
            { query: 'subscription { colors }' },
            { next: (answer) => answers.push(answer), error: reject, complete: resolve },
          );
        }),
    );
    await until('the first event was refused some times', () => refused > 5);
    expect(refused).toBeLessThan(SUBSCRIPTIONS);
    isEmpty = false;
    await Promise.all(ended);
    expect(answers).toHaveLength(SUBSCRIPTIONS);
  } finally {
    await client.dispose();
  }
});
