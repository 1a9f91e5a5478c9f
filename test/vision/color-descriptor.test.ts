import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COLOR_NUMBERS, colorDescriptor } from '../../src/vision/color-descriptor.js';
import { DEFAULT_COLOR_SHARE, joinColor, weighColor } from '../../src/vision/color-share.js';

const SIZE = 32;
const WHOLE = { left: 0, top: 0, width: SIZE, height: SIZE };
type Rgb = readonly [number, number, number];

/** A garment of one color in the middle of a background. */
function garment(color: Rgb, ground: Rgb = [255, 255, 255]): Uint8Array {
  const pixels = new Uint8Array(3 * SIZE * SIZE);
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      const inside = x >= 8 && x < 24 && y >= 8 && y < 24;
      pixels.set(inside ? color : ground, 3 * (y * SIZE + x));
    }
  }
  return pixels;
}

const describeColor = (color: Rgb, ground?: Rgb) => colorDescriptor(garment(color, ground), SIZE, WHOLE);
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('a color descriptor', () => {
  const red = describeColor([200, 30, 40]);

  test('is nearer to a shade than to a hue, and to a hue than to gray', () => {
    const [darker, orange, blue] = [
      describeColor([165, 25, 35]),
      describeColor([225, 110, 40]),
      describeColor([30, 60, 200]),
    ];
    expect(dot(red, darker)).toBeGreaterThan(0.8);
    expect(dot(red, darker)).toBeGreaterThan(dot(red, orange));
    expect(dot(red, orange)).toBeGreaterThan(dot(red, blue));
    expect(dot(describeColor([120, 120, 120]), describeColor([90, 90, 90]))).toBeGreaterThan(0.5);
  });

  test('is of the garment, whatever the ground', () => {
    expect(dot(red, describeColor([200, 30, 40], [40, 90, 60]))).toBeGreaterThan(0.99);
  });

  test('is of the ground where there is nothing else', () => {
    const white = colorDescriptor(garment([255, 255, 255]), SIZE, WHOLE);
    expect(dot(white, white)).toBeCloseTo(1, 5);
    expect(dot(white, describeColor([255, 255, 255], [20, 20, 20]))).toBeGreaterThan(0.9);
  });

  test('is of the part that is asked for', () => {
    const pixels = garment([200, 30, 40], [30, 60, 200]);
    const part = { left: 10, top: 10, width: 12, height: 12 };
    expect(dot(red, colorDescriptor(pixels, SIZE, part))).toBeGreaterThan(0.99);
  });

  test('is of length 1, whatever the pixels and the part', () => {
    const part = fc
      .record({
        left: fc.nat(SIZE - 1),
        top: fc.nat(SIZE - 1),
        width: fc.integer({ min: 1, max: SIZE }),
        height: fc.integer({ min: 1, max: SIZE }),
      })
      .map(({ left, top, width, height }) => ({
        left,
        top,
        width: Math.min(width, SIZE - left),
        height: Math.min(height, SIZE - top),
      }));
    const bytes = fc.uint8Array({ minLength: 3 * SIZE * SIZE, maxLength: 3 * SIZE * SIZE });
    fc.assert(
      fc.property(bytes, part, (pixels, box) => {
        const descriptor = colorDescriptor(pixels, SIZE, box);
        expect(descriptor).toHaveLength(COLOR_NUMBERS);
        expect(dot(descriptor, descriptor)).toBeCloseTo(1, 4);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the share of color', () => {
  const unit = (length: number) =>
    fc
      .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
      .filter((values) => Math.hypot(...values) > 0.01)
      .map((values) => Float32Array.from(values, (value) => value / Math.hypot(...values)));

  test('weighs the cosines of embeddings and colors', () => {
    const pair = fc.tuple(unit(8), unit(COLOR_NUMBERS));
    fc.assert(
      fc.property(pair, pair, fc.double({ min: 0, max: 1, noNaN: true }), ([v, c], [w, d], share) => {
        const stored = joinColor(w, d);
        expect(dot(stored, stored)).toBeCloseTo(1, 4);
        const query = weighColor(joinColor(v, c), share);
        expect(query.scale * dot(query.vector, stored)).toBeCloseTo(
          (1 - share) * dot(v, w) + share * dot(c, d),
          4,
        );
      }),
    );
  });

  test('by default leaves a vector as it is', () => {
    const joined = joinColor(
      Float32Array.of(0.6, 0.8),
      Float32Array.from({ length: COLOR_NUMBERS }, (_, i) => +(i === 3)),
    );
    const { vector, scale } = weighColor(joined, DEFAULT_COLOR_SHARE);
    expect(scale).toBeCloseTo(1, 5);
    vector.forEach((value, i) => expect(value).toBeCloseTo(joined[i] ?? NaN, 5));
  });
});
