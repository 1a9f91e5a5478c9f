import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { layOut, within } from '../../src/page/list/masonry.js';

const frame = fc.record({
  width: fc.integer({ min: 280, max: 2_600 }),
  column: fc.integer({ min: 120, max: 300 }),
  gap: fc.integer({ min: 0, max: 40 }),
  caption: fc.integer({ min: 0, max: 120 }),
});
const ratios = fc.array(fc.double({ min: 0.2, max: 4, noNaN: true }), { maxLength: 60 });

test('tiles lie inside the list and never over each other', () => {
  fc.assert(
    fc.property(ratios, frame, (heights, given) => {
      const { columnWidth, spots, height } = layOut(heights, given);
      spots.forEach((spot, index) => {
        expect(spot.start).toBeGreaterThanOrEqual(0);
        expect(spot.start + columnWidth).toBeLessThanOrEqual(given.width + 0.001);
        expect(spot.top + spot.height).toBeLessThanOrEqual(height);
        for (const other of spots.slice(0, index)) {
          const beside = Math.abs(spot.start - other.start) >= columnWidth - 0.001;
          expect(beside || spot.top >= other.top + other.height || other.top >= spot.top + spot.height).toBe(
            true,
          );
        }
      });
    }),
  );
});

test('a page that is appended leaves the tiles before it where they are', () => {
  fc.assert(
    fc.property(ratios, ratios, frame, (first, second, given) => {
      const before = layOut(first, given);
      const after = layOut([...first, ...second], given);
      expect(after.spots.slice(0, first.length)).toEqual(before.spots);
    }),
  );
});

test('a phone has two columns, and no screen more than six', () => {
  const columnsOf = (width: number): number =>
    new Set(
      layOut(Array<number>(24).fill(1.25), { width, column: 140, gap: 12, caption: 60 }).spots.map(
        ({ start }) => start,
      ),
    ).size;
  expect([columnsOf(300), columnsOf(358), columnsOf(4_000)]).toEqual([2, 2, 6]);
});

test('a part of a list has the tiles that reach into it, and begins with those in its middle', () => {
  fc.assert(
    fc.property(ratios, frame, fc.nat(4_000), fc.nat(3_000), (heights, given, from, size) => {
      const { spots } = layOut(heights, given);
      const near = within(spots, from, from + size);
      const reaches = spots.flatMap(({ top, height }, index) =>
        top < from + size && top + height > from ? [index] : [],
      );
      expect([...near].sort((one, other) => one - other)).toEqual(reaches);
    }),
  );
  const column = Array.from({ length: 9 }, (_none, index) => ({ start: 0, top: index * 100, height: 100 }));
  expect(within(column, 0, 900)).toEqual([3, 4, 5, 2, 6, 1, 7, 0, 8]);
});
