import { beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { CircuitBreaker, CircuitOpen } from '../../src/platform/circuit-breaker.js';

const OPEN_MS = 1_000;

const fault = new Error('it is away');
const refusal = new Error('the request is wrong');

let now = 0;
let said: string[] = [];
let made = 0;
let breaker: CircuitBreaker;
beforeEach(() => {
  [now, said, made] = [0, [], 0];
  breaker = new CircuitBreaker({
    failures: 3,
    openMs: OPEN_MS,
    isFault: (error) => error === fault,
    log: pino(
      { level: 'info' },
      { write: (line: string) => said.push(/"msg":"([^"]*)"/.exec(line)?.[1] ?? '') },
    ),
    says: { failing: 'It fails', recovered: 'It works again' },
    now: () => now,
  });
});

const call = (work: () => Promise<string>): Promise<string> =>
  breaker.run(() => {
    made += 1;
    return work();
  });
const works = (): Promise<string> => call(() => Promise.resolve('an answer'));
const fails = (): Promise<unknown> => call(() => Promise.reject(fault)).catch((error: unknown) => error);
const refused = (): Promise<unknown> => call(() => Promise.reject(refusal)).catch((error: unknown) => error);

/** An outcome that the test decides later. */
function later(): { outcome: Promise<string>; works(): void; fails(): void } {
  let settle = { works: (): void => undefined, fails: (): void => undefined };
  const outcome = new Promise<string>((resolve, reject) => {
    settle = { works: () => resolve('an answer'), fails: () => reject(fault) };
  });
  return { outcome, ...settle };
}

async function open(): Promise<void> {
  for (let i = 0; i < 3; i += 1) expect(await fails()).toBe(fault);
}

test('failures in a row stop the calls; one between successes does not', async () => {
  for (let i = 0; i < 3; i += 1) {
    await fails();
    await fails();
    expect(await works()).toBe('an answer');
  }
  await open();
  const before = made;
  expect(await fails()).toBeInstanceOf(CircuitOpen);
  expect(await fails()).toMatchObject({ cause: fault });
  expect(made).toBe(before);
  expect(said).toEqual(['It fails']);
});

test('an error that is no fault shows that the other side works', async () => {
  await fails();
  await fails();
  expect(await refused()).toBe(refusal);
  await fails();
  await fails();
  expect(await works()).toBe('an answer');
  await open();
  now += OPEN_MS;
  expect(await refused()).toBe(refusal);
  expect(await works()).toBe('an answer');
  expect(said).toEqual(['It fails', 'It works again']);
});

test('while it is open, one call at a time tries, and its outcome decides for all', async () => {
  await open();
  for (let round = 0; round < 3; round += 1) {
    now += OPEN_MS;
    const before = made;
    const probe = later();
    const tried = call(() => probe.outcome).catch((error: unknown) => error);
    const others = await Promise.all(Array.from({ length: 20 }, fails));
    expect(others.every((error) => error instanceof CircuitOpen)).toBe(true);
    expect(made).toBe(before + 1);
    probe.fails();
    expect(await tried).toBe(fault);
    expect(await fails()).toBeInstanceOf(CircuitOpen);
  }
  now += OPEN_MS;
  expect(await works()).toBe('an answer');
  expect(await Promise.all([works(), works()])).toEqual(['an answer', 'an answer']);
  expect(said).toEqual(['It fails', 'It works again']);
});

test('calls from before it opened or closed decide nothing anymore', async () => {
  const stale = Array.from({ length: 6 }, later);
  const settled = Promise.allSettled(stale.map(({ outcome }) => call(() => outcome)));
  await open();
  stale[0]?.works();
  await Promise.resolve();
  expect(await fails()).toBeInstanceOf(CircuitOpen);
  now += OPEN_MS;
  await works();
  for (const one of stale.slice(1)) one.fails();
  await settled;
  expect(await works()).toBe('an answer');
  expect(said).toEqual(['It fails', 'It works again']);
});
