import { describe, expect, test } from '@jest/globals';
import { RequestError } from '../../src/errors.js';
import { assertBox, cellWeights } from '../../src/vision/regions.js';

const grid = { rows: 2, columns: 4 };

describe('the cells of a box', () => {
  test('cover a square image evenly', () => {
    expect([...cellWeights({ x: 0, y: 0, width: 1, height: 1 }, { width: 9, height: 9 }, grid)]).toEqual(
      Array(8).fill(1),
    );
  });

  test('leave out the white beside a portrait', () => {
    expect([...cellWeights({ x: 0, y: 0, width: 1, height: 1 }, { width: 50, height: 100 }, grid)]).toEqual([
      0, 1, 1, 0, 0, 1, 1, 0,
    ]);
  });

  test('weigh by the area that the box covers', () => {
    const box = { x: 0.125, y: 0.25, width: 0.25, height: 0.5 };
    expect([...cellWeights(box, { width: 4, height: 4 }, grid)]).toEqual([
      0.25, 0.25, 0, 0, 0.25, 0.25, 0, 0,
    ]);
  });
});

describe('a box', () => {
  test.each([
    { x: 0, y: 0, width: 1, height: 1 },
    { x: 0.7, y: 0.9, width: 0.3, height: 0.1 },
    { x: 0.1, y: 0.1, width: 0.9000000001, height: 0.5 },
  ])('$x,$y $width × $height is inside', (box) => {
    expect(() => {
      assertBox(box);
    }).not.toThrow();
  });

  test.each([
    { x: -0.1, y: 0, width: 0.5, height: 0.5 },
    { x: 0.6, y: 0, width: 0.5, height: 0.5 },
    { x: 0, y: 0.6, width: 0.5, height: 0.5 },
    { x: 0.5, y: 0.5, width: 0, height: 0.1 },
    { x: 0.5, y: 0.5, width: 0.1, height: -0.1 },
    { x: NaN, y: 0, width: 0.5, height: 0.5 },
    { x: 0, y: 0, width: Infinity, height: 0.5 },
  ])('$x,$y $width × $height is refused', (box) => {
    expect(() => {
      assertBox(box);
    }).toThrow(RequestError);
  });
});
