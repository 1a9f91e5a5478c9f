import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { LEAST_CAPACITY } from '../../src/budgets/budgets.js';
import { seedChannels, seedProduct } from '../support/catalog.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateways.js';

const RATE = 1_000;
/** A lease that one of them was granted and has not spent. */
const LEASED = 2 * RATE;
const QUERY = '{ products(first: 50) { nodes { id handle title skus { code } } } }';
const answer = z.object({ extensions: z.object({ cost: z.object({ actual: z.number() }) }) });

let database: TestDatabase;
const gateways: GatewayProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  await seedChannels(database.db);
  await seedProduct(database.db, { handle: 'shirt', skus: [{ code: 'SHIRT' }] });
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.kill();
  await database.drop();
});

async function start(): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess(database.url, {
    VITRINE_ANONYMOUS_BUDGET: String(RATE),
    VITRINE_BURST_SECONDS: '1',
  });
  gateways.push(gateway);
  return gateway;
}

/** Sends requests until one is throttled; the points of those that were answered. */
async function spendAll({ url }: GatewayProcess): Promise<number> {
  let spent = 0;
  for (;;) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUERY }),
    });
    const body: unknown = await response.json();
    if (response.status === 429) return spent;
    expect(response.status).toBe(200);
    spent += answer.parse(body).extensions.cost.actual;
  }
}

test('two gateways together admit what one budget holds, also after one was killed', async () => {
  const [one, other] = [await start(), await start()];
  const started = performance.now();
  // One after another, so that the second finds what the first one left.
  const spent = (await spendAll(one)) + (await spendAll(other));
  const restored = (RATE * (performance.now() - started)) / 1_000;
  expect(spent).toBeLessThanOrEqual(LEAST_CAPACITY + restored);
  // An estimate that does not fit any more, and a lease.
  expect(spent).toBeGreaterThan(LEAST_CAPACITY - 5_000 - LEASED);
  await one.kill();
  // It comes back without points of its own.
  const again = await spendAll(await start());
  expect(spent + again).toBeLessThanOrEqual(LEAST_CAPACITY + (RATE * (performance.now() - started)) / 1_000);
});
