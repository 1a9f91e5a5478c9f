import { bootstrapInterval, mean } from './statistics.js';
import type { Measurement } from './types.js';

/** The share of a sample with a property: 1 for each entry that has it, 0 for each that does not. */
export const share = (name: string, values: readonly number[], note: string): Measurement => ({
  name,
  unit: 'share',
  a: [mean(values)],
  b: [],
  interval: bootstrapInterval(values),
  note,
});
