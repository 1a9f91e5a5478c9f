import type { Progress } from '../../src/platform/progress.js';

export const silentProgress: Progress = {
  start: () => undefined,
  advance: () => undefined,
  done: () => undefined,
  say: () => undefined,
};
