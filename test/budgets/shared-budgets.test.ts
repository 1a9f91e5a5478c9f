import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { LEAST_CAPACITY } from '../../src/budgets/budgets.js';
import { SharedBudgets } from '../../src/budgets/shared-budgets.js';
import { ThrottledError } from '../../src/errors.js';
import type { Payer } from '../../src/graph/server-context.js';
import { Pseudonyms } from '../../src/access/pseudonyms.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const RATE = 100;
const COST = 100;

/** How often a gateway has counted alone, because Postgres took too long to answer. */
let alone = 0;
const log = pino(
  { level: 'warn' },
  {
    write: (line: string) => {
      if (line.includes('counts alone')) alone += 1;
    },
  },
);

let database: TestDatabase;
const opened: SharedBudgets[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const budgets of opened.splice(0)) await budgets.close();
});
afterAll(() => database.drop());

const client = (id: string): Payer => ({
  kind: 'client',
  id,
  pointsPerSecond: null,
  shopper: null,
  site: null,
});

/** Those of one gateway. */
function open({
  now,
  db = database.db,
}: { now?: () => number; db?: TestDatabase['db'] } = {}): SharedBudgets {
  const budgets = new SharedBudgets({
    anonymousRate: RATE,
    keyRate: RATE,
    burstSeconds: 1,
    ...(now && { now }),
    db,
    pseudonyms: new Pseudonyms(database.db),
    log,
  });
  opened.push(budgets);
  return budgets;
}

/** Whether the payer could afford it. */
const spend = (budgets: SharedBudgets, payer: Payer, points = COST): Promise<boolean> =>
  budgets.take(payer, points).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ThrottledError) return false;
      throw error;
    },
  );

const spent = (results: readonly boolean[]): number => results.filter(Boolean).length * COST;

describe('gateways that share a database', () => {
  test('together admit no more than one bucket holds and restores', async () => {
    // On a busy machine a lease may take longer than a gateway waits for it.
    for (let tries = 1, shared = false; !shared; tries += 1) {
      expect(tries).toBeLessThanOrEqual(5);
      const before = alone;
      const gateways = [open(), open(), open()];
      // Opens the connections.
      await Promise.all(gateways.map((gateway, n) => spend(gateway, client(`198.51.100.${3 * tries + n}`))));
      const payer = client(`203.0.113.${100 + tries}`);
      const started = performance.now();
      const results = await Promise.all(
        Array.from({ length: 900 }, (_, n) => spend(gateways[n % 3] ?? open(), payer)),
      );
      shared = alone === before;
      if (!shared) continue;
      const restored = (RATE * (performance.now() - started)) / 1_000;
      expect(spent(results)).toBeLessThanOrEqual(LEAST_CAPACITY + restored);
      // Each may keep part of its last lease.
      expect(spent(results)).toBeGreaterThan(LEAST_CAPACITY - 3 * 2 * RATE - COST);
    }
  });

  test('what one leased and does not need, another can use', async () => {
    let now = 0;
    const [one, other] = [open({ now: () => now }), open()];
    const payer = client('203.0.113.8');
    expect(await spend(one, payer)).toBe(true);
    one.giveBack(payer, COST);
    now += 5_000;
    await one.returnUnused();
    expect(await spend(other, payer, LEAST_CAPACITY)).toBe(true);
  });

  test('a debt in one is a debt in all', async () => {
    const [one, other] = [open(), open()];
    const payer = client('203.0.113.9');
    expect(await spend(one, payer)).toBe(true);
    one.giveBack(payer, -LEAST_CAPACITY);
    await one.returnUnused();
    expect(await spend(other, payer)).toBe(false);
  });

  test('clients have their own buckets, and so do API keys', async () => {
    const gateway = open();
    const key: Payer = {
      kind: 'key',
      id: '203.0.113.10',
      pointsPerSecond: 1_000_000,
      shopper: null,
      site: null,
    };
    expect(await spend(gateway, client('203.0.113.10'), LEAST_CAPACITY)).toBe(true);
    expect(await spend(gateway, client('203.0.113.10'))).toBe(false);
    expect(await spend(gateway, client('203.0.113.11'))).toBe(true);
    expect(await spend(gateway, key, 1_000_000)).toBe(true);
  });

  test('Postgres stores no address', async () => {
    await spend(open(), client('203.0.113.12'));
    await spend(open(), { kind: 'key', id: '7', pointsPerSecond: null, shopper: '203.0.113.12', site: null });
    const { rows } = await database.db.query<{ payer: string }>('SELECT payer FROM budgets');
    expect(rows.length).toBeGreaterThan(0);
    for (const { payer } of rows) expect(payer).toMatch(/^(client:[\w-]{43}|key:[\d.]+(:[\w-]{43})?)$/);
  });
});

test('a caller without points does not cost a statement each time', async () => {
  const gateway = open();
  const payer = client('203.0.113.13');
  expect(await spend(gateway, payer, LEAST_CAPACITY)).toBe(true);
  const granted = async () =>
    (
      await database.db.query<{ calls: string }>(
        `SELECT restored_at::text AS calls FROM budgets ORDER BY restored_at DESC LIMIT 1`,
      )
    ).rows[0]?.calls;
  const before = await granted();
  // All of these at once: they take less time than the least lease needs.
  const results = await Promise.all(Array.from({ length: 50 }, () => spend(gateway, payer, 10_000)));
  expect(results).toEqual(results.map(() => false));
  expect(await granted()).toBe(before);
});

test('while Postgres is away, each gateway counts alone', async () => {
  const broken = await createTestDatabase();
  const gateway = open({ db: broken.db });
  await broken.db.query('ALTER TABLE budgets RENAME TO budgets_away');
  const payer = client('203.0.113.14');
  expect(await spend(gateway, payer, LEAST_CAPACITY)).toBe(true);
  expect(await spend(gateway, payer)).toBe(false);
  await broken.db.query('ALTER TABLE budgets_away RENAME TO budgets');
  await gateway.close();
  await broken.drop();
});
