import { describe, expect, test } from '@jest/globals';
import { Clients } from '../../src/platform/clients.js';
import { FairQueue } from '../../src/platform/fair-queue.js';

interface Work {
  readonly client: string;
  readonly cost: number;
}

const open = (): FairQueue<Work> => new FairQueue<Work>(Infinity, ({ cost }) => cost);
const push = (queue: FairQueue<Work>, client: string, cost: number): unknown =>
  queue.push(new Clients(client), { client, cost });
/** Who is served, one after the other. */
const served = (queue: FairQueue<Work>): string => {
  const order: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) order.push(next.client);
  return order.join('');
};

describe('turns that cost', () => {
  test('are first those of clients who will have had least', () => {
    const queue = open();
    for (const cost of [30, 30]) push(queue, 'a', cost);
    for (const cost of [10, 10, 10, 50]) push(queue, 'b', cost);
    // After 10, 20, 30 (a came first), 30, 60, and 80.
    expect(served(queue)).toBe('bbabab');
  });

  test('do not leave a client behind who had much while nobody else came', () => {
    const queue = open();
    for (let time = 0; time < 100; time += 1) queue.serve('a', 1_000);
    for (const client of ['b', 'a', 'b', 'b']) push(queue, client, 1_000);
    // Of what it had, only the last turn counts.
    expect(served(queue)).toBe('babb');
  });

  test('that cost more than was said are made up for, also by what waits already', () => {
    const queue = open();
    queue.serve('a', 1);
    for (const client of ['a', 'b', 'b']) push(queue, client, 10);
    queue.charge('a', 50);
    expect(served(queue)).toBe('bba');
  });

  // Headers whose time nobody knows before: of ten clients, nine still went before whoever came.
  test('are expected to cost what those before did', () => {
    const queue = open();
    for (const client of ['a', 'b']) {
      queue.serve(client, 1);
      queue.charge(client, 500);
    }
    queue.serve('c', 1_000);
    for (const client of ['a', 'b', 'light']) push(queue, client, 1);
    expect(queue.shift()?.client).toBe('light');
    // One that costs what was said does not make up for it.
    queue.charge('a', 0);
    for (const client of ['light', 'light']) push(queue, client, 1);
    expect(served(queue)).toBe('lightlightab');
  });

  // With a clock that only those with a debt moved, it was never served.
  test('that cost much come, however many that cost little come meanwhile', () => {
    const queue = open();
    push(queue, 'much', 100);
    for (let client = 0; client < 20; client += 1) push(queue, `little ${client}`, 1);
    for (let turns = 0; turns < 5_000; turns += 1) {
      const next = queue.shift()?.entry;
      if (next?.client === 'much') {
        expect(turns).toBeLessThan(20 * 100 + 1);
        return;
      }
      // Half of them come again, and the others are new ones each time.
      push(queue, turns % 2 === 0 ? String(next?.client) : `new ${turns}`, 1);
    }
    throw new Error('it was never served');
  });

  test('are forgotten of clients of long ago', () => {
    const queue = open();
    queue.charge('a', 1);
    for (let client = 0; client < 5_000; client += 1) queue.charge(`other ${client}`, 100);
    push(queue, 'a', 10);
    push(queue, 'b', 10);
    expect(served(queue)).toBe('ab');
  });
});

test('where turns cost nothing, clients take them in order', () => {
  const queue = new FairQueue<Work>();
  for (const client of ['a', 'a', 'b', 'c', 'b', 'a']) push(queue, client, 1);
  expect(served(queue)).toBe('abcaba');
});
