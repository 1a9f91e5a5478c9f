import { bootstrapInterval, mean } from './statistics.js';
import type { Measurement } from './types.js';

/** How many of a sample do: 1 each that does, 0 each that does not. */
export const share = (name: string, values: readonly number[], note: string): Measurement => ({
  name,
  unit: 'share',
  a: [mean(values)],
  b: [],
  interval: bootstrapInterval(values),
  note,
});
