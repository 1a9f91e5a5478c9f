import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spread } from '../../src/page/picture/dots.js';

const area = fc.record({
  width: fc.integer({ min: 150, max: 420 }),
  height: fc.integer({ min: 200, max: 520 }),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const dots = fc.array(fc.record({ x: share, y: share, nameWidth: fc.integer({ min: 40, max: 140 }) }), {
  maxLength: 6,
});

test('dots are a finger apart and inside the picture, wherever the items are', () => {
  fc.assert(
    fc.property(dots, area, (given, { width, height }) => {
      const spots = spread(
        given.map(({ x, y, nameWidth }) => ({ x: x * width, y: y * height, nameWidth })),
        { width, height, beside: 0 },
      );
      spots.forEach((spot, index) => {
        expect(spot.x).toBeGreaterThanOrEqual(0);
        expect(spot.x).toBeLessThanOrEqual(width);
        expect(spot.y).toBeGreaterThanOrEqual(0);
        expect(spot.y).toBeLessThanOrEqual(height);
        for (const other of spots.slice(index + 1))
          expect(Math.hypot(spot.x - other.x, spot.y - other.y)).toBeGreaterThan(40);
      });
    }),
    { numRuns: 2_000 },
  );
});

test('dots that are apart stay where their items are', () => {
  const given = [
    { x: 50, y: 50, nameWidth: 60 },
    { x: 200, y: 50, nameWidth: 60 },
    { x: 120, y: 300, nameWidth: 60 },
  ];
  const spots = spread(given, { width: 300, height: 375, beside: 0 });
  expect(spots).toEqual(given.map(({ x, y }) => ({ x, y, name: 'below', aside: 0 })));
});

test('a name covers neither a dot nor another name', () => {
  const [first, second, third] = spread(
    [
      { x: 100, y: 100, nameWidth: 90 },
      { x: 110, y: 100, nameWidth: 90 },
      { x: 100, y: 190, nameWidth: 90 },
    ],
    { width: 300, height: 375, beside: 0 },
  );
  expect([first?.name, second?.name].sort()).toEqual(['above', 'below']);
  expect(third?.name).toBe('below');
});

test('what has no name takes no room for one', () => {
  const [named, unnamed] = spread(
    [
      { x: 100, y: 100, nameWidth: 60 },
      { x: 160, y: 100, nameWidth: null },
    ],
    { width: 300, height: 375, beside: 0 },
  );
  expect([named?.name, unnamed?.name]).toEqual(['below', null]);
});

test('at the lower edge, a name is above its dot', () => {
  expect(spread([{ x: 100, y: 370, nameWidth: 90 }], { width: 300, height: 375, beside: 0 })).toEqual([
    { x: 100, y: 370, name: 'above', aside: 0 },
  ]);
});

// Failed on 2026-11-29: the shoes of somebody standing had no name, since that of the jeans was above them.
test('with no room below and above, a name is beside its dot', () => {
  const spots = spread(
    [
      { x: 72, y: 196, nameWidth: 44 },
      { x: 64, y: 260, nameWidth: 45 },
    ],
    { width: 128, height: 286, beside: 0 },
  );
  expect(spots.map(({ name, aside }) => [name, aside])).toEqual([
    ['below', 0],
    ['right', 0],
  ]);
});

test('beside a narrow picture, a name reaches beyond it, as far as there is room', () => {
  const named = (beside: number): unknown =>
    spread(
      [
        { x: 72, y: 196, nameWidth: 44 },
        { x: 64, y: 260, nameWidth: 60 },
      ],
      { width: 128, height: 286, beside },
    )[1]?.name;
  expect([named(0), named(20)]).toEqual([null, 'right']);
});

test('at a side, a name moves into the picture', () => {
  const [left, right] = spread(
    [
      { x: 20, y: 100, nameWidth: 90 },
      { x: 290, y: 200, nameWidth: 60 },
    ],
    { width: 300, height: 375, beside: 0 },
  );
  expect([left?.aside, right?.aside]).toEqual([25, -20]);
});
