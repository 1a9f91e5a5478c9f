import { expect, test } from '@jest/globals';
import { forClient } from '../../src/platform/clients.js';
import { turnOnLoop } from '../../src/platform/loop-turns.js';

const BUSY_MS = 2;

function keepBusy(): void {
  const end = performance.now() + BUSY_MS;
  while (performance.now() < end);
}

// Failed on 2026-11-29: a client with a hundred searches kept the event loop from everybody for seconds.
test('clients take turns on the event loop, and everything else goes on in between', async () => {
  const done: string[] = [];
  const work = (name: string) =>
    forClient(name, async () => {
      await turnOnLoop();
      keepBusy();
      done.push(name);
    });
  const all = [...Array.from({ length: 20 }, () => work('greedy')), work('modest')];
  let between = 0;
  const ticking = setInterval(() => (between += 1), 1);
  await Promise.all(all);
  clearInterval(ticking);
  expect(done.indexOf('modest')).toBeLessThanOrEqual(2);
  // Each piece lasts longer than the interval.
  expect(between).toBeGreaterThan(10);
});

test('a turn is not waited for when nobody waits for the work', async () => {
  const gone = new Error('gone');
  await expect(turnOnLoop(AbortSignal.abort(gone))).rejects.toBe(gone);
});
