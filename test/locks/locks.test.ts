import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSchema } from '../../src/app/schema.js';
import { colorEncoder, picture } from '../boards/support.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { SHOP } from '../support/shoppers.js';
import { BlockedCalls } from './blocked-calls.js';
import type { HeldLock } from './held-locks.js';
import { readLockOrder, type LockOrder } from './order.js';
import { makeScenarios, seedScenarios, type Scenario } from './scenarios.js';

/** Some mutations take a few dozen locks, and each of them needs one or two calls. */
const TIMEOUT_MS = 120_000;

const mutations = Object.keys(createSchema().getMutationType()?.getFields() ?? {});

let gateway: TestGateway;
let order: LockOrder;
let scenarios: readonly Scenario[];
let calls: BlockedCalls;
beforeAll(async () => {
  gateway = await startTestGateway(seedScenarios, { encoder: colorEncoder, shoppers: SHOP });
  const headers = { 'content-type': 'image/png' };
  const payload = await picture(200, 30, 30);
  const { body } = await gateway.http.inject({ method: 'POST', url: '/images', headers, payload });
  const { id } = JSON.parse(body) as { id: string };
  const made = await makeScenarios(gateway, id);
  scenarios = made.scenarios;
  order = await readLockOrder();
  calls = await BlockedCalls.open(gateway, order, made.secret);
});
afterAll(async () => {
  calls.close();
  await gateway.close();
});

const isSame = (a: Pick<HeldLock, 'of' | 'id'>, b: Pick<HeldLock, 'of' | 'id'>): boolean =>
  a.of === b.of && a.id === b.id;

/** Violations of the order when waiting for `wanted` while holding `held`. */
function outOfOrder(
  held: readonly HeldLock[],
  wanted: Pick<HeldLock, 'of' | 'id' | 'place' | 'label'>,
): string[] {
  const { place } = wanted;
  const before = (lock: HeldLock): boolean => {
    if (isSame(lock, wanted)) return true;
    if (lock.heldWith !== null) return !isSame(lock.heldWith, wanted);
    if (lock.place === null || place === null) return true;
    return lock.place[0] < place[0] || (lock.place[0] === place[0] && lock.place[1] < place[1]);
  };
  return held
    .filter((lock) => !before(lock))
    .map(
      (lock) =>
        `waits for ${wanted.of} "${wanted.label}" with ${lock.of} "${lock.label}" (${lock.mode}) in hand`,
    );
}

/** Locks that a call must not take in this way, whatever the order. */
function outOfPlace(held: readonly HeldLock[], tables: readonly string[]): string[] {
  const known = new Set([
    ...order.ordered.flatMap((lock) => (lock.kind === 'advisory' ? [] : [lock.table])),
    ...order.heldWith.keys(),
    ...order.referredTo,
    ...order.appendedTo,
  ]);
  const unknown = tables.filter((table) => !known.has(table)).map((table) => `locks rows of ${table}`);
  const wrong = held.flatMap((lock) => {
    if (lock.place !== null) return [];
    const { heldWith } = lock;
    if (heldWith !== null) {
      const isHeld = held.some((other) => isSame(other, heldWith));
      return isHeld ? [] : [`locks ${lock.of} "${lock.label}" without its row of ${heldWith.of}`];
    }
    const isReferredTo = order.referredTo.has(lock.of) && lock.mode === 'For Key Share';
    if (isReferredTo || (lock.of === 'advisory' && order.tried.has(lock.id))) return [];
    return [`locks ${lock.of} "${lock.label}" (${lock.mode})`];
  });
  return [...unknown, ...wrong];
}

test('there is a call of every mutation', () => {
  expect([...new Set(scenarios.map(({ mutation }) => mutation))].sort()).toEqual([...mutations].sort());
});

test.each(mutations)(
  '%s takes its locks in the order of docs/locks.md',
  async (mutation) => {
    const faults: string[] = [];
    for (const scenario of scenarios.filter((one) => one.mutation === mutation)) {
      const say = (fault: string): void => void faults.push(`${scenario.when}: ${fault}`);
      const all = await calls.heldAtTheEnd(scenario);
      expect(all.held).not.toEqual([]);
      outOfPlace(all.held, all.tables).forEach(say);
      for (const lock of all.held) {
        for (const held of await calls.heldWhileWaitingFor(scenario, lock))
          outOfOrder(held, lock).forEach(say);
      }
      for (const insert of calls.inserts(scenario)) {
        const held = await calls.heldWhileWaitingForInsert(scenario, insert);
        outOfOrder(held, insert).forEach(say);
      }
    }
    expect([...new Set(faults)]).toEqual([]);
  },
  TIMEOUT_MS,
);
