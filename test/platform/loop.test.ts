import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startLoop, type Loop, type LoopOptions, type Timers } from '../../src/platform/loop.js';

const SAYS = { failing: 'It fails', recovered: 'It works again' };

const said: string[] = [];
const loops: Loop[] = [];
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.close();
  said.splice(0);
});

/** A clock that stands still until the test ends a pause. */
class StandingClock implements Timers {
  /** The current pauses of the loop, one for each pausing lane. */
  readonly pauses: { readonly ms: number; readonly end: () => void }[] = [];

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const pause = {
        ms,
        end: (): void => {
          this.pauses.splice(this.pauses.indexOf(pause), 1);
          resolve();
        },
      };
      this.pauses.push(pause);
      signal.addEventListener('abort', pause.end, { once: true });
    });
  }

  random(): number {
    return 1;
  }
}

function start(options: Pick<LoopOptions, 'round' | 'lanes' | 'lastRetryMs'>): {
  loop: Loop;
  clock: StandingClock;
} {
  const log = pino({ level: 'info' }, { write: (line: string) => said.push(line) });
  const clock = new StandingClock();
  const loop = startLoop({ ...options, log, says: SAYS, timers: clock });
  loops.push(loop);
  return { loop, clock };
}

const messages = (): (string | undefined)[] => said.map((line) => /"msg":"([^"]*)"/.exec(line)?.[1]);

/** Lets everything run that does not wait for a clock. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('it pauses between rounds as long as each says, and whoever wakes it cuts the pause short', async () => {
  const woken: boolean[] = [];
  const { loop, clock } = start({
    round: async (round) => {
      woken.push(round.woken);
      return { ms: 100 };
    },
  });
  await settle();
  expect(clock.pauses.map(({ ms }) => ms)).toEqual([100]);
  clock.pauses[0]?.end();
  await settle();
  loop.wake();
  await settle();
  expect(woken).toEqual([false, false, true]);
});

test('who wakes it during a round has the pause after it skipped, but not the part that gathers', async () => {
  let rounds = 0;
  const { loop, clock } = start({
    round: async () => {
      rounds += 1;
      if (rounds === 1) loop.wake();
      return { ms: 100, atLeastMs: 30 };
    },
  });
  await settle();
  expect(clock.pauses.map(({ ms }) => ms)).toEqual([30]);
  loop.wake();
  await settle();
  expect(rounds).toBe(1);
  clock.pauses[0]?.end();
  await settle();
  expect(rounds).toBe(2);
});

test('while it fails it says so once, waits longer each time up to a bound, and says once that it recovered', async () => {
  let fails = true;
  const { loop, clock } = start({
    round: async () => {
      if (fails) throw new Error('away');
      return { ms: 100 };
    },
  });
  const delays: number[] = [];
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await settle();
    loop.wake();
    await settle();
    delays.push(clock.pauses[0]?.ms ?? NaN);
    clock.pauses[0]?.end();
  }
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  fails = false;
  await settle();
  clock.pauses[0]?.end();
  await settle();
  clock.pauses[0]?.end();
  await settle();
  expect(messages()).toEqual(['It fails', 'It works again']);
});

test('a round that proves nothing leaves failing work failing, and says nothing', async () => {
  const ends = ['fails', 'proves nothing', 'fails', 'proves nothing', 'succeeds'];
  const health: boolean[] = [];
  const { loop, clock } = start({
    round: async () => {
      const end = ends.shift();
      if (end === 'fails') throw new Error('away');
      return { ms: 100, provesNothing: end === 'proves nothing' };
    },
  });
  while (ends.length > 0) {
    await settle();
    health.push(loop.health().isFailing);
    clock.pauses[0]?.end();
  }
  expect(health).toEqual([true, true, true, true, false]);
  expect(messages()).toEqual(['It fails', 'It works again']);
});

test('work that costs much and has no hurry is tried again later and later', async () => {
  const { clock } = start({
    lastRetryMs: 60_000,
    round: () => Promise.reject(new Error('away')),
  });
  const delays: number[] = [];
  for (let attempt = 0; attempt < 9; attempt += 1) {
    await settle();
    delays.push(clock.pauses[0]?.ms ?? NaN);
    clock.pauses[0]?.end();
  }
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('lanes run beside each other, and say together that they fail', async () => {
  let rounds = 0;
  const { loop, clock } = start({
    lanes: 3,
    round: async () => {
      rounds += 1;
      if (rounds > 3) throw new Error('away');
      return { ms: 100 };
    },
  });
  await settle();
  expect(clock.pauses).toHaveLength(3);
  loop.wake();
  await settle();
  expect(rounds).toBe(6);
  expect(said).toHaveLength(1);
});

// Failed on 2026-11-28: whenever an idle lane found nothing to do, the loop was reported to have recovered.
test('while one lane fails, the others do not say that the work succeeds again', async () => {
  let failures = 0;
  let fails = true;
  const { loop, clock } = start({
    lanes: 3,
    round: async () => {
      if (fails) {
        fails = false;
        failures += 1;
        throw new Error('away');
      }
      return { ms: 100 };
    },
  });
  const retry = async (): Promise<void> => {
    clock.pauses.find(({ ms }) => ms >= 500)?.end();
    await settle();
  };
  await settle();
  loop.wake();
  await settle();
  fails = true;
  await retry();
  loop.wake();
  await settle();
  expect(failures).toBe(2);
  expect(messages()).toEqual(['It fails']);
  await retry();
  expect(messages()).toEqual(['It fails', 'It works again']);
});

test('closing waits for the round in hand and for nothing else, and what fails by it is not told', async () => {
  const { loop } = start({
    round: ({ closing }) =>
      new Promise((_resolve, reject) => {
        closing.addEventListener('abort', () => reject(new Error('interrupted')));
      }),
  });
  await settle();
  await loop.close();
  expect(said).toEqual([]);
});

test('a round that lasts can say that it succeeds', async () => {
  let rounds = 0;
  const { clock } = start({
    round: ({ succeeds, closing }) => {
      rounds += 1;
      if (rounds === 1) throw new Error('away');
      succeeds();
      return new Promise((resolve) => closing.addEventListener('abort', () => resolve({ ms: 0 })));
    },
  });
  await settle();
  clock.pauses[0]?.end();
  await settle();
  expect(said).toHaveLength(2);
});
