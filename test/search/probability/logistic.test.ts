import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { calibrationError, reliability } from '../../../src/search/probability/calibration-error.js';
import { fitLogistic, predictHeldOut, probability } from '../../../src/search/probability/logistic.js';
import { randomOf } from '../../support/random.js';

const observation = fc.record({
  features: fc.tuple(
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
  ),
  outcome: fc.boolean(),
  group: fc.integer({ min: 1, max: 20 }),
});

test('a fit to anything is finite, and promises from 0 to 1', () => {
  fc.assert(
    fc.property(fc.array(observation, { minLength: 1, maxLength: 60 }), (observations) => {
      const weights = fitLogistic(observations);
      expect(weights).toHaveLength(3);
      for (const { features } of observations) {
        const promised = probability(weights, features);
        expect(promised).toBeGreaterThanOrEqual(0);
        expect(promised).toBeLessThanOrEqual(1);
      }
      for (const promised of predictHeldOut(observations)) expect(Number.isFinite(promised)).toBe(true);
    }),
  );
});

test('what it promises never falls where the feature that speaks for it rises', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.boolean()), {
        minLength: 2,
        maxLength: 40,
      }),
      (pairs) => {
        const weights = fitLogistic(pairs.map(([x, outcome], group) => ({ features: [x], outcome, group })));
        const sign = Math.sign(weights[1] ?? 0);
        const promised = pairs
          .map(([x]) => x)
          .sort((a, b) => sign * (a - b))
          .map((x) => probability(weights, [x]));
        expect(promised).toEqual([...promised].sort((a, b) => a - b));
      },
    ),
  );
});

test('finds the function that it was drawn from, and is calibrated on what it has not seen', () => {
  const next = randomOf(7);
  const observations = Array.from({ length: 4_000 }, (_, group) => {
    const features = [4 * next() - 2, next()];
    return { features, outcome: next() < probability([-1, 2, 1], features), group };
  });
  const [nothing, first, second] = fitLogistic(observations);
  expect(nothing).toBeCloseTo(-1, 0);
  expect(first).toBeCloseTo(2, 0);
  expect(second).toBeCloseTo(1, 0);
  const heldOut = predictHeldOut(observations).map((promised, i) => ({
    probability: promised,
    outcome: observations[i]?.outcome ?? false,
  }));
  expect(calibrationError(heldOut)).toBeLessThan(0.03);
  expect(reliability(heldOut)).toHaveLength(10);
});

test('what is always sure and right half of the time is off by a half', () => {
  const predictions = Array.from({ length: 200 }, (_, i) => ({ probability: 1, outcome: i % 2 === 0 }));
  expect(calibrationError(predictions)).toBeCloseTo(0.5);
});
