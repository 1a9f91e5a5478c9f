import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { around, between, holds, MIN_SIDE, moved, overlap, resized } from '../../src/page/picture/box.js';
import type { Box } from '../../src/page/place.js';

/** Wherever a finger goes, also beyond the picture. */
const point = fc.double({ min: -1, max: 2, noNaN: true });

function expectInside({ x, y, width, height }: Box): void {
  expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
  expect(Math.max(x + width, y + height)).toBeLessThanOrEqual(1 + 1e-9);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(MIN_SIDE - 1e-9);
}

test('a box stays inside the picture and large enough, whatever a finger does', () => {
  fc.assert(
    fc.property(point, point, point, point, (ax, ay, bx, by) => {
      const drawn = between(ax, ay, bx, by);
      for (const box of [drawn, around(ax, ay), moved(drawn, bx, by), resized(drawn, ax, by)])
        expectInside(box);
    }),
  );
});

test('moving keeps the size', () => {
  const box = { x: 0.2, y: 0.2, width: 0.5, height: 0.3 };
  expect(moved(box, 5, -5)).toEqual({ x: 0.5, y: 0, width: 0.5, height: 0.3 });
});

test('a box holds another when the middle of that is in it', () => {
  const box = { x: 0.2, y: 0.2, width: 0.5, height: 0.3 };
  expect(holds(box, { x: 0.1, y: 0.1, width: 0.4, height: 0.4 })).toBe(true);
  expect(holds(box, { x: 0, y: 0, width: 0.3, height: 0.3 })).toBe(false);
});

test('what two boxes share is from nothing to all', () => {
  const box = { x: 0.2, y: 0.2, width: 0.4, height: 0.4 };
  expect(overlap(box, box)).toBeCloseTo(1);
  expect(overlap(box, { ...box, x: 0.7, width: 0.2 })).toBe(0);
  expect(overlap(box, { ...box, width: 0.2 })).toBeCloseTo(0.5);
});
