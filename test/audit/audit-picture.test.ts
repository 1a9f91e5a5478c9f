import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { ATTACKS, attacksOn, mainMeasure } from '../../src/audit/attacks.js';
import { auditPicture } from '../../src/audit/audit-picture.js';
import { catalogOf, type Product } from '../../src/audit/catalog.js';
import { typeVote } from '../../src/audit/outcome.js';
import { random } from '../../src/platform/random.js';
import type { Trial } from '../../src/audit/state.js';
import type { Raster } from '../../src/vision/raster.js';
import type { Trust } from '../../src/vision/trust.js';

const SIDE = 24;
const NO_REGIONS = { find: async () => [] };

/** Sees the mean color of a picture, beyond a gray. */
function seen({ pixels }: Raster): Float32Array {
  const sums = [0, 0, 0];
  pixels.forEach((value, i) => {
    sums[i % 3] = (sums[i % 3] ?? 0) + value - 110;
  });
  const length = Math.hypot(...sums);
  return Float32Array.from(sums, (sum) => sum / length);
}

const encoder = {
  encodeRaster: async (raster: Raster) => seen(raster),
  encode: async (file: Uint8Array) => {
    const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    return seen({ pixels: data, width: info.width, height: info.height });
  },
};

function plain(...color: readonly [number, number, number]): Raster {
  return {
    width: SIDE,
    height: SIDE,
    pixels: Uint8Array.from({ length: 3 * SIDE ** 2 }, (_, i) => color[i % 3] ?? 0),
  };
}

const RED: Raster = plain(150, 100, 112);
const BLUE: Raster = plain(112, 100, 150);
const chance = random('colors');
const near = (value: number, by: number): number => value + chance.integer(-by, by);
const product = (productId: number, type: string, raster: Raster): Product => ({
  ...{ productId, handle: `${type}-${productId}`, title: type, type, sha256: '' },
  vectors: [seen(raster)],
});

// More of each type than rivals are watched; hats are on the way from one to the other.
const shirts = [product(0, 'shirt', RED), ...range(130).map((i) => product(1 + i, 'shirt', around(RED, 3)))];
const boots = [
  product(200, 'boot', BLUE),
  ...range(130).map((i) => product(201 + i, 'boot', around(BLUE, 3))),
];
const hats = range(60).map((i) => product(400 + i, 'hat', around(plain(132, 100, 132), 12)));

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

function around({ pixels: [red = 0, green = 0, blue = 0] }: Raster, by: number): Raster {
  return plain(near(red, by), near(green, 1), near(blue, by));
}

/** The same, and finds a reason in pictures with many bright blue pixels. */
const wary = {
  ...encoder,
  encodeRaster: async (raster: Raster) => {
    const vector = seen(raster);
    const blues = raster.pixels.filter((_, i) => i % 3 === 2);
    const share = blues.filter((blue) => blue > 220).length / blues.length;
    trusts.set(vector, { score: 1 - share, reason: share > 0.03 ? 'patch' : null });
    return vector;
  },
  trustOf: (vector: Float32Array) => trusts.get(vector) ?? null,
  /** Sees the picture as it was without the attack. */
  consensus: async (vector: Float32Array) => (trusts.get(vector)?.reason === 'patch' ? seen(RED) : null),
};
const trusts = new WeakMap<Float32Array, Trust>();

async function trialsOf(own: Raster): Promise<ReadonlyMap<string, Trial>> {
  const catalog = catalogOf([...shirts, ...boots, ...hats], 322);
  const [[shirt], [boot]] = [shirts, boots];
  if (shirt === undefined || boot === undefined) throw new Error('there are no products');
  const { result } = await auditPicture(
    {
      ...{ encoder: wary, regions: NO_REGIONS, catalog, typeOf: typeVote(catalog), model: null, seed: 1 },
      ...{ passes: 60, checkpoints: [60], lanes: 1, advance: () => undefined },
      signal: new AbortController().signal,
    },
    { product: shirt, target: boot },
    { own, ownInLarge: own, target: plain(20, 20, 255) },
  );
  expect(result.flagged).toBe(false);
  return new Map(result.trials.map((trial) => [trial.attack, trial]));
}

test('an attacker who sees that pictures are flagged avoids it, and one who does not is stopped by consensus', async () => {
  const trials = await trialsOf(RED);
  expect(trials.get('patch-target-10')).toMatchObject({ flagged: true });
  expect(trials.get('patch-target-10-evading')).toMatchObject({ flagged: false });
  expect(trials.get('near-copies')?.flagged).toBeUndefined();
  const noticed = [...trials.values()].filter(
    ({ flagged, result }) => flagged === true && Object.values(result).includes(true),
  );
  expect(noticed.length).toBeGreaterThan(0);
  for (const { defended = {} } of noticed) expect(Object.values(defended)).not.toContain(true);
});

test("a seller's picture that is flagged is in quarantine, and enters no page", async () => {
  const trials = await trialsOf(plain(116, 100, 146));
  expect(trials.get('patch-promote-5')).toMatchObject({
    flagged: true,
    result: { entered: true },
    defended: { entered: false },
  });
});

test('nobody evades an encoder that says nothing of pictures', () => {
  const ids = attacksOn({}).map(({ id }) => id);
  expect(ids).not.toContain('patch-target-10-evading');
  expect(attacksOn(wary)).toHaveLength(ids.length + 2);
});

test('an attack that went the whole way succeeded, and one that succeeded went the whole way', async () => {
  const catalog = catalogOf([...shirts, ...boots, ...hats], 322);
  const [shirt] = shirts;
  const [boot] = boots;
  if (shirt === undefined || boot === undefined) throw new Error('there are no products');
  const found = { succeeded: 0, failed: 0 };
  for (const seed of range(4)) {
    const { result } = await auditPicture(
      {
        ...{
          encoder,
          regions: NO_REGIONS,
          catalog,
          typeOf: typeVote(catalog),
          model: null,
          seed,
          passes: 30,
          checkpoints: [30],
        },
        ...{ lanes: 1, advance: () => undefined, signal: new AbortController().signal },
      },
      { product: shirt, target: boot },
      { own: RED, ownInLarge: RED, target: BLUE },
    );
    for (const attack of ATTACKS) {
      const trial = result.trials.find((one) => one.attack === attack.id);
      const succeeded = trial?.result[mainMeasure(attack)];
      if (attack.goal === 'crowd' || succeeded === undefined) continue;
      found[succeeded ? 'succeeded' : 'failed'] += 1;
      expect({ seed, attack: attack.id, whole: trial?.way === 1 }).toEqual({
        seed,
        attack: attack.id,
        whole: succeeded,
      });
    }
  }
  expect(Math.min(found.succeeded, found.failed)).toBeGreaterThan(0);
});
