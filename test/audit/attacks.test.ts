import { describe, expect, test } from '@jest/globals';
import { evolve } from '../../src/audit/evolve.js';
import { dotsOf } from '../../src/audit/letters.js';
import { launder } from '../../src/audit/launder.js';
import { nearCopies } from '../../src/audit/near-copies.js';
import { noisy } from '../../src/audit/noise.js';
import { patches, patchSide } from '../../src/audit/patch.js';
import { withSticker } from '../../src/audit/sticker.js';
import { random } from '../../src/platform/random.js';
import type { Raster } from '../../src/vision/raster.js';

const chance = random('a picture');
const picture: Raster = {
  width: 40,
  height: 60,
  // Near both ends too, where what is allowed is cut off.
  pixels: Uint8Array.from({ length: 3 * 40 * 60 }, () => chance.integer(0, 255)),
};

/** The smallest rectangle with all pixels that differ. */
function changed(other: Raster): { width: number; height: number; pixels: number } {
  const places = Array.from({ length: 40 * 60 }, (_, i) => i).filter((i) =>
    [0, 1, 2].some((channel) => picture.pixels[3 * i + channel] !== other.pixels[3 * i + channel]),
  );
  const xs = places.map((i) => i % 40);
  const ys = places.map((i) => Math.floor(i / 40));
  return {
    width: Math.max(...xs) - Math.min(...xs) + 1,
    height: Math.max(...ys) - Math.min(...ys) + 1,
    pixels: places.length,
  };
}

describe('noise', () => {
  test.each([4, 8])('never moves a channel by more than %i, and uses all of it', (levels) => {
    const family = noisy(picture, levels, random('noise'));
    let candidate = family.first();
    for (let pass = 1; pass <= 200; pass += 1) {
      const moved = candidate.pixels.map((value, i) => Math.abs(value - (picture.pixels[i] ?? 0)));
      expect(Math.max(...moved)).toBe(levels);
      candidate = family.vary(candidate, pass / 200);
    }
  });
});

describe('a patch', () => {
  test.each([
    [0.02, 6],
    [0.05, 10],
    [0.1, 15],
  ])('of %d of the area is a square of %i pixels, never more, wherever it moves', async (area, side) => {
    expect(patchSide(picture, area)).toBe(side);
    expect(side ** 2).toBeLessThanOrEqual(area * 40 * 60);
    expect((side + 1) ** 2).toBeGreaterThan(area * 40 * 60);
    for (const motif of [null, { ...picture, pixels: picture.pixels.map((value) => 255 - value) }]) {
      const family = await patches(picture, area, motif, random('patch'));
      let candidate = family.first();
      for (let pass = 1; pass <= 200; pass += 1) {
        const { width, height, pixels } = changed(family.render(candidate));
        expect(Math.max(width, height)).toBeLessThanOrEqual(side);
        // A few pixels may have the same color as before.
        expect(pixels).toBeGreaterThan(0.9 * side ** 2 - 2);
        candidate = family.vary(candidate, pass / 200);
      }
    }
  });
});

test.each(['square', 'logo', 'word'] as const)('a sticker (%s) covers about its share', (figure) => {
  for (const word of ['shoes', 'T-shirts', '靴'])
    expect(
      changed(withSticker(picture, figure, { area: 0.1, word }, random(word))).pixels / (40 * 60),
    ).toBeCloseTo(0.09, 1);
});

// Libraries of attacks failed for pictures that are not square, or smaller than their squares.
test.each([
  [1, 200],
  [200, 1],
  [3, 40],
  [1, 1],
])('a picture of %i × %i pixels is attacked like any other', async (width, height) => {
  const narrow = { width, height, pixels: new Uint8Array(3 * width * height).fill(250) };
  for (const family of [
    noisy(narrow, 8, random('noise')),
    await patches(narrow, 0.1, picture, random('patch')),
  ]) {
    const found = await evolve<unknown, Float32Array>(family, {
      passes: 20,
      ask: async ({ pixels: [first = 0] }) => Float32Array.of(first),
      score: ([value = 0]) => value,
      at: [],
      reached: () => undefined,
    });
    expect(found.raster).toMatchObject({ width, height });
    expect(found.raster.pixels).toHaveLength(3 * width * height);
  }
  for (const figure of ['square', 'logo', 'word'] as const)
    expect(withSticker(narrow, figure, { area: 0.1, word: 'boots' }, random('sticker')).pixels).toHaveLength(
      3 * width * height,
    );
  for (const file of [
    await launder.jpeg(narrow),
    await launder.rescaled(narrow),
    ...(await nearCopies(narrow, 2, '1')),
  ])
    expect(file.length).toBeGreaterThan(0);
});

test('near-copies differ from each other, and are the same for a seed', async () => {
  const copies = await nearCopies(picture, 4, 'seed');
  expect(new Set(copies.map((copy) => copy.toString('base64'))).size).toBe(4);
  expect(await nearCopies(picture, 4, 'seed')).toEqual(copies);
});

test('letters are read from left to right, and other scripts have none', () => {
  const dots = dotsOf('il');
  const line = (y: number): string =>
    Array.from({ length: dots?.width ?? 0 }, (_, x) => (dots?.isInk(x, y) === true ? '#' : '.')).join('');
  expect(Array.from({ length: dots?.height ?? 0 }, (_, y) => line(y))).toEqual([
    '.............',
    '..###..#.....',
    '...#...#.....',
    '...#...#.....',
    '...#...#.....',
    '...#...#.....',
    '...#...#.....',
    '..###..#####.',
    '.............',
  ]);
  expect(dotsOf('靴')).toBeNull();
  expect(dotsOf('-')).toBeNull();
});

test('the search keeps the best picture, asks no more than it may, and reports it along the way', async () => {
  const asked: number[] = [];
  const reached: number[] = [];
  const brightness = (raster: Raster): number =>
    raster.pixels.reduce((sum, value) => sum + value, 0) / raster.pixels.length;
  const found = await evolve(noisy(picture, 8, random('search')), {
    passes: 60,
    ask: async (raster) => {
      asked.push(brightness(raster));
      return Float32Array.of(brightness(raster));
    },
    score: ([value = 0]) => value,
    at: [1, 10, 60],
    reached: ({ answer: [value = 0] }) => reached.push(value),
  });
  expect(asked).toHaveLength(60);
  const best = (passes: number): number => Math.fround(Math.max(...asked.slice(0, passes)));
  expect(reached).toEqual([best(1), best(10), best(60)]);
  expect(brightness(found.raster)).toBe(Math.max(...asked));
  expect(best(60)).toBeGreaterThan(best(1));
});

test('laundered pictures are files', async () => {
  expect([...(await launder.jpeg(picture)).subarray(0, 2)]).toEqual([0xff, 0xd8]);
  expect([...(await launder.rescaled(picture)).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
});
