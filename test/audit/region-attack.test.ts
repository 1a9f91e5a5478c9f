import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { ATTACKS } from '../../src/audit/attacks.js';
import { attackRegions, isOnRegions } from '../../src/audit/region-attack.js';
import { openRegions, type Regions } from '../../src/audit/regions.js';
import { findFigures } from '../../src/vision/figures.js';
import type { Raster } from '../../src/vision/raster.js';
import type { Box } from '../../src/vision/regions.js';
import { detectorFolder } from '../support/detector.js';
import { pictureOf } from '../support/people.js';
import { decodeRaster } from '../../src/vision/decode.js';
import { rm } from 'node:fs/promises';

const SIDE = 56;

/** A dark garment in the middle of a light ground. */
const picture: Raster = drawn((x, y) => (x >= 18 && x < 38 && y >= 14 && y < 42 ? 60 : 240));
const motif: Raster = drawn(() => 60);

function drawn(shade: (x: number, y: number) => number): Raster {
  const pixels = Uint8Array.from({ length: 3 * SIDE ** 2 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return shade(pixel % SIDE, Math.floor(pixel / SIDE));
  });
  return { width: SIDE, height: SIDE, pixels };
}

/** What stands out, as `look` finds it in pictures without people. */
const find = async (raster: Raster): Promise<Box[]> => findFigures(raster).map(({ box }) => box);

const REGION_ATTACKS = ATTACKS.filter(isOnRegions);

const SETTING = {
  ...{ regions: { find }, seed: 1, passes: 80, checkpoints: [10, 80] },
  ...{ advance: () => undefined, signal: new AbortController().signal },
};

/** Attacks the picture, whose regions are `boxes`, and counts the questions. */
async function attack(id: string, regions: Pick<Regions, 'find'> = { find }, boxes?: readonly Box[]) {
  const one = REGION_ATTACKS.find((each) => each.id === id);
  if (one === undefined) throw new Error(`there is no attack ${id}`);
  let asked = 0;
  const advance = (count: number): void => {
    asked += count;
  };
  const victim = { handle: 'shirt', picture, motif, boxes: boxes ?? (await find(picture)) };
  const setting = { ...SETTING, regions, advance };
  return { ...(await attackRegions(setting, victim, one)), asked };
}

test('a patch beside the garment is found as a thing, and one at it makes the region another one', async () => {
  const invented = await attack('patch-invent-5');
  expect(invented.trial).toMatchObject({ result: { invented: true }, way: 1 });
  expect(invented.boxes.length).toBeGreaterThan(1);
  expect(invented.trial.curve).toHaveLength(2);
  // JPEG and half the size, too.
  expect(invented.asked).toBe(82);
  const hidden = await attack('patch-hide-10');
  expect(Object.keys(hidden.trial.result)).toEqual(['hidden']);
  expect(hidden.trial.way).toBeGreaterThan(0);
});

test('a region that is still there is not hidden, and the same one is not invented', async () => {
  const boxes = [{ x: 0.3, y: 0.3, width: 0.4, height: 0.4 }];
  const nearly = { find: async () => [{ x: 0.32, y: 0.3, width: 0.4, height: 0.4 }] };
  for (const { id } of REGION_ATTACKS) {
    const { trial } = await attack(id, nearly, boxes);
    expect(Object.values(trial.result)).toEqual([false]);
  }
  const elsewhere = { find: async () => [{ x: 0.7, y: 0.3, width: 0.3, height: 0.4 }] };
  expect((await attack('patch-hide-5', elsewhere, boxes)).trial.result).toEqual({ hidden: true });
  expect((await attack('patch-invent-5', elsewhere, boxes)).trial.result).toEqual({ invented: true });
  const nothing = { find: async () => [] };
  expect((await attack('noise-hide-8', nothing, boxes)).trial.result).toEqual({ hidden: true });
  expect((await attack('patch-invent-5', nothing, boxes)).trial.result).toEqual({ invented: false });
});

test('a picture without regions has none to hide, and is not counted', async () => {
  for (const { id } of REGION_ATTACKS)
    expect((await attack(id, { find }, [])).trial).toMatchObject({ result: {}, way: null });
});

// Libraries of attacks failed for pictures that are not square, or smaller than their squares.
test.each([
  [1, 200],
  [200, 1],
  [3, 40],
])('the regions of a picture of %i × %i pixels are attacked like any other', async (width, height) => {
  const narrow = { width, height, pixels: new Uint8Array(3 * width * height).fill(250) };
  const whole = [{ x: 0, y: 0, width: 1, height: 1 }];
  for (const one of REGION_ATTACKS) {
    const victim = { handle: 'belt', picture: narrow, motif, boxes: whole };
    const { trial, picture: attacked } = await attackRegions(SETTING, victim, one);
    expect(attacked).toMatchObject({ width, height });
    expect(Object.values(trial.result)).toHaveLength(1);
  }
});

describe('what is attacked', () => {
  const encoder = { open: () => Promise.reject(new Error('nothing is encoded')) };
  const log = { error: () => undefined };

  test('is the detector that is configured', async () => {
    const folder = await detectorFolder([[32, 32, 16, 16, 0.9]], ['shirt']);
    const regions = await openRegions({ encoder, detectorFolder: folder, threads: 1, log });
    try {
      expect(regions.id).toMatch(/^constant@1\.0\.0 [0-9a-f]{64}$/);
      expect(await regions.find(picture)).toEqual([{ x: 0.375, y: 0.375, width: 0.25, height: 0.25 }]);
    } finally {
      await regions.close();
      await rm(folder, { recursive: true });
    }
  });

  test('is otherwise what people wear, what stands out, and nothing in a plain picture', async () => {
    const regions = await openRegions({ encoder, detectorFolder: null, threads: 1, log });
    try {
      expect(regions.id).toBe('included');
      expect((await regions.find(await decodeRaster(await pictureOf('person'), 576))).length).toBeGreaterThan(
        1,
      );
      expect(await regions.find(picture)).toHaveLength(1);
      expect(await regions.find(drawn(() => 200))).toEqual([]);
    } finally {
      await regions.close();
    }
  });
});
