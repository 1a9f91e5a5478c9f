import { jest } from '@jest/globals';

/** Sets `Date`; timers go on. `jest.useRealTimers()` sets it back. */
export function setClock(now: number): void {
  jest.useFakeTimers({
    now,
    advanceTimers: false,
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
}
