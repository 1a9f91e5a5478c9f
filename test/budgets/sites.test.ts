import { expect, test } from '@jest/globals';
import { MemoryBudgets } from '../../src/budgets/memory-budgets.js';
import { NestedBudgets } from '../../src/budgets/nested-budgets.js';
import { ThrottledError } from '../../src/errors.js';
import { clientPayer, payerName } from '../../src/graph/server-context.js';

/** Of an address; nothing is restored. */
const CAPACITY = 100_000;
const open = () =>
  new NestedBudgets(
    new MemoryBudgets({ anonymousRate: 5_000, keyRate: 20_000, burstSeconds: 20, now: () => 0 }),
  );

// Failed on 2026-11-30: a stranger with one /48 had 65,536 budgets, and as many turns in each queue.
test('the networks of an IPv6 site have the budget of ten addresses together', async () => {
  const budgets = open();
  for (let network = 1; network <= 10; network += 1)
    await budgets.take(clientPayer(`2001:db8:1:${network}::1`), CAPACITY);
  await expect(budgets.take(clientPayer('2001:db8:1:11::1'), 1)).rejects.toThrow(ThrottledError);
  expect(budgets.available(clientPayer('2001:db8:1:11::1'))).toBe(0);
  await budgets.take(clientPayer('2001:db8:2:1::1'), CAPACITY);
  // What is refused is paid apart.
  await budgets.take(clientPayer('2001:db8:1:1::1', ' refused'), CAPACITY);
  budgets.giveBack(clientPayer('2001:db8:1:1::1'), 500);
  expect(budgets.available(clientPayer('2001:db8:1:11::1'))).toBe(500);
});

test('a network of a site has no more than an address', async () => {
  const budgets = open();
  await budgets.take(clientPayer('2001:db8:1:1::1'), CAPACITY);
  await expect(budgets.take(clientPayer('2001:db8:1:1:ffff::2'), 1)).rejects.toThrow(ThrottledError);
  expect(budgets.available(clientPayer('2001:db8:1:2::1'))).toBe(CAPACITY);
});

test('an IPv4 address has a budget of its own', async () => {
  const budgets = open();
  for (let host = 1; host <= 20; host += 1) await budgets.take(clientPayer(`192.0.2.${host}`), CAPACITY);
  await expect(budgets.take(clientPayer('192.0.2.1'), 1)).rejects.toThrow(ThrottledError);
});

test('all networks of a site take turns as one client', () => {
  expect(payerName(clientPayer('2001:db8:1:1::1'))).toBe(payerName(clientPayer('2001:db8:1:2::1')));
  expect(payerName(clientPayer('2001:db8:1:1::1'))).not.toBe(payerName(clientPayer('2001:db8:2:1::1')));
  expect(payerName(clientPayer('192.0.2.1'))).not.toBe(payerName(clientPayer('192.0.2.2')));
});
