import { bootstrapInterval, mean } from './statistics.js';
import type { Measurement } from './types.js';

/**
 * The share of a sample with a property: 1 for each entry that has it, 0 for each that does not.
 *
 * @param atLeast the target
 */
export const share = (
  name: string,
  values: readonly number[],
  note: string,
  atLeast?: number,
): Measurement => ({
  name,
  unit: 'share',
  a: [mean(values)],
  b: [],
  ...(atLeast === undefined ? {} : { target: { op: '>=', value: atLeast, of: 'a' } }),
  interval: bootstrapInterval(values),
  note,
});
