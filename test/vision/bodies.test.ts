import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { z } from 'zod';
import { overlap } from '../../bench/composites.js';
import { drawStrangers } from '../../bench/strangers.js';
import { paidBy } from '../../src/platform/request-payer.js';
import { openBodies, type Bodies } from '../../src/vision/bodies/bodies.js';
import { Body } from '../../src/vision/bodies/body.js';
import { CARRIED_SIZE, readCarried } from '../../src/vision/bodies/carried.js';
import type { Landmark, Pose } from '../../src/vision/bodies/pose.js';
import { Silhouette } from '../../src/vision/bodies/silhouette.js';
import { wholeView } from '../../src/vision/bodies/square-view.js';
import { isPerson, turnedBox } from '../../src/vision/bodies/upright.js';
import { findWorn } from '../../src/vision/bodies/worn.js';
import { decodeRaster } from '../../src/vision/decode.js';
import {
  pictureBehindTable,
  pictureCutOff,
  pictureInColors,
  pictureOf,
  pictureWithBag,
} from '../support/people.js';
import { fixture } from './support.js';

/** Longer side of decoded pictures, and the height of the drawn ones. */
const SIDE = 960;
const HEIGHT = 720;
/** As many pixels as an encoder sees. */
const SEEN_SIDE = 224;
/** How far a landmark may be from the original's, as a share of the image's height. */
const TOLERANCE = 0.015;

const number = z.number();
const view = z.object({ centerX: number, centerY: number, side: number, angle: number });
/** What training/bodies/make_golden.py recorded of the original networks. */
const golden = z.object({
  view,
  presence: number,
  landmarks: z.array(z.tuple([number, number])),
  covered: number,
});

/** Runs the networks in another process, because onnxruntime does not run in Jest's. */
const RUN = `
  import { readFile } from 'node:fs/promises';
  import { InferenceSession, Tensor } from 'onnxruntime-node';
  import { readBodyModels } from './dist/vision/bodies/bodies.manifest.js';
  import { DETECTION_FORMAT, DETECTION_SIZE, readPeople } from './dist/vision/bodies/find-people.js';
  import { LANDMARK, LANDMARKS_FORMAT, LANDMARKS_SIZE, readPose } from './dist/vision/bodies/pose.js';
  import { viewTensor, wholeView } from './dist/vision/bodies/square-view.js';
  import { decodeRaster } from './dist/vision/decode.js';
  const [picture, view] = process.argv.slice(1);
  const image = await decodeRaster(await readFile(picture), ${SIDE});
  const models = await readBodyModels();
  const run = async (file, part, size, format) => {
    const session = await InferenceSession.create(file);
    return session.run({ image: new Tensor('float32', viewTensor(image, part, size, format), [1, 3, size, size]) });
  };
  const whole = wholeView(image);
  const { boxes, scores } = await run(models.detection, whole, DETECTION_SIZE, DETECTION_FORMAT);
  const body = JSON.parse(view);
  const seen = await run(models.landmarks, body, LANDMARKS_SIZE, LANDMARKS_FORMAT);
  const pose = readPose(seen.landmarks.data, seen.presence.data, seen.silhouette.data, body);
  console.log(JSON.stringify({
    views: readPeople(boxes.data, scores.data, whole, 4),
    presence: pose.presence,
    landmarks: Object.entries(LANDMARK).map(([name, index]) => ({ index, ...pose.at(name) })),
    covered: seen.silhouette.data.filter((value) => value > 0).length / LANDMARKS_SIZE ** 2,
  }));
  process.exit();
`;
const seen = z.object({
  views: z.array(view),
  presence: number,
  landmarks: z.array(z.object({ index: number, x: number, y: number })),
  covered: number,
});

test('the converted networks see a body where the original ones do', async () => {
  const file = new URL('fixtures/person.json', import.meta.url);
  const expected = golden.parse(JSON.parse(await readFile(file, 'utf8')));
  const picture = fileURLToPath(new URL('fixtures/person.png', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    RUN,
    picture,
    JSON.stringify(expected.view),
  ]);
  const { views, presence, landmarks, covered } = seen.parse(JSON.parse(stdout));
  const [body, ...others] = views;
  if (body === undefined) throw new Error('no person');
  expect(others).toEqual([]);
  for (const key of ['centerX', 'centerY', 'side'] as const)
    expect(Math.abs(body[key] - expected.view[key]) / HEIGHT).toBeLessThan(2 * TOLERANCE);
  expect(body.angle).toBeCloseTo(expected.view.angle, 1);
  expect(presence).toBeCloseTo(expected.presence, 2);
  expect(landmarks.length).toBeGreaterThan(20);
  for (const { index, x, y } of landmarks) {
    const [wantedX, wantedY] = expected.landmarks[index] ?? [NaN, NaN];
    expect(Math.hypot(x - wantedX, y - wantedY) / HEIGHT).toBeLessThan(TOLERANCE);
  }
  expect(Math.abs(covered - expected.covered)).toBeLessThan(0.01);
});

describe('what people wear', () => {
  let bodies: Bodies;
  beforeAll(async () => {
    bodies = await openBodies({ threads: 1 });
  });
  afterAll(() => bodies.close());
  const find = async (image: Uint8Array) => bodies.open(await decodeRaster(image, SIDE));

  test('is a box for each garment, where it hangs', async () => {
    const { people, carried } = await find(await pictureOf('person'));
    expect(people).toHaveLength(1);
    const boxes = new Map(people[0]?.worn.map(({ part, box }) => [part, box]));
    expect([...boxes.keys()]).toEqual(['upper', 'lower', 'feet']);
    // The hem is at 365 of 720, the trousers end at 660, and the sleeves are 208 of 320 apart.
    const [upper, lower, feet] = (['upper', 'lower', 'feet'] as const).map((part) => boxes.get(part));
    if (!upper || !lower || !feet) throw new Error('three parts');
    expect(upper.y + upper.height).toBeCloseTo(365 / 720, 1);
    expect(lower.y).toBeCloseTo(365 / 720, 1);
    expect(lower.y + lower.height).toBeCloseTo(650 / 720, 1);
    expect(upper.width).toBeCloseTo(208 / 320, 1);
    expect(feet.y + feet.height).toBeCloseTo(688 / 720, 1);
    expect(await carried()).toEqual([]);
  });

  test('ends where bare legs begin', async () => {
    const { people } = await find(await pictureOf('person-in-skirt'));
    const lower = people[0]?.worn.find(({ part }) => part === 'lower')?.box;
    expect((lower?.y ?? 0) + (lower?.height ?? 0)).toBeCloseTo(490 / 720, 1);
  });

  const RED = [178, 58, 72] as const;
  const SKIN = [217, 165, 138] as const;

  test('is an open jacket and what is beneath it where the sleeves have another color than the chest', async () => {
    const isSleeve = (column: number) => Math.abs(column - 160) > 62;
    const jacket = await pictureInColors((_, column) => ({
      sweater: isSleeve(column) ? [60, 120, 80] : [235, 225, 200],
    }));
    const worn = new Map((await find(jacket)).people[0]?.worn.map(({ part, box }) => [part, box]));
    expect([...worn.keys()]).toEqual(['outer', 'inner', 'lower', 'feet']);
    expect(worn.get('inner')?.width).toBeLessThan((worn.get('outer')?.width ?? 0) - 0.1);
  });

  test.each([450, 520])('is one dress where nothing ends above the bare legs: to %i', async (hem) => {
    const dress = await pictureInColors((row) => ({ trousers: row < hem ? RED : SKIN }));
    const [full, ...others] = (await find(dress)).people[0]?.worn ?? [];
    expect(full?.part).toBe('full');
    expect(720 * ((full?.box.y ?? NaN) + (full?.box.height ?? NaN))).toBeCloseTo(hem, -1);
    expect(others.map(({ part }) => part)).toEqual(['feet']);
  });

  test('is what landmarks tell where all is dark, the ground too', async () => {
    const dark = [24, 24, 28] as const;
    const picture = await pictureInColors(() => ({ sweater: dark, trousers: dark, wall: dark }));
    const [upper, lower, feet] = (await find(picture)).people[0]?.worn ?? [];
    expect([upper?.part, lower?.part, feet?.part]).toEqual(['upper', 'lower', 'feet']);
    // The hem is at 365 of 720.
    expect(Math.abs((lower?.box.y ?? NaN) - 365 / 720)).toBeLessThan(0.05);
  });

  test('is seen in a mirror, too, and is somebody else there', async () => {
    const person = await pictureOf('person');
    const mirrored = await sharp(person).flop().png().toBuffer();
    const [seen, reflected] = [await find(person), await find(mirrored)].map(
      ({ people }) => people[0]?.worn ?? [],
    );
    expect(reflected?.map(({ part }) => part)).toEqual(seen?.map(({ part }) => part));
    const room = { create: { width: 700, height: 720, channels: 3, background: '#c9d3d6' } } as const;
    const both = await sharp(room)
      .composite([
        { input: person, left: 10, top: 0 },
        { input: await sharp(mirrored).modulate({ brightness: 0.85 }).toBuffer(), left: 370, top: 0 },
      ])
      .png()
      .toBuffer();
    expect((await find(both)).people.map(({ worn }) => worn.map(({ part }) => part))).toEqual([
      ['upper', 'lower'],
      ['upper', 'lower'],
    ]);
  });

  test('is nothing below a face alone', async () => {
    expect((await find(await pictureCutOff('person', 150))).people).toEqual([]);
  });

  test('is also what somebody carries', async () => {
    const { picture, bag } = await pictureWithBag();
    const { people, carried } = await find(picture);
    expect(people).toHaveLength(1);
    const [found, ...others] = await carried();
    expect(others).toEqual([]);
    // The network knows four things; a drawn handbag with a stiff handle is a suitcase to it.
    expect(found).toMatchObject({ label: 'suitcase' });
    expect(found?.confidence).toBeGreaterThan(0.4);
    // Its handle is thin.
    expect(overlap(found?.box ?? bag, bag)).toBeGreaterThan(0.5);
  });

  /** Where what is worn from the waist ends, of 720 rows. */
  const endOfLower = async (image: Uint8Array) => {
    const { people } = await find(image);
    expect(people[0]?.worn.map(({ part }) => part)).toEqual(['upper', 'lower', 'feet']);
    const lower = people[0]?.worn.find(({ part }) => part === 'lower')?.box;
    return 720 * ((lower?.y ?? NaN) + (lower?.height ?? NaN));
  };

  // Each failed on 2026-11-29: the bare legs of people in swimwear were trousers, or with stockings from row 520 a dress,
  // with confidences up to 1.
  test.each([720, 520])('ends above the legs of people in swimwear: bare to %i', async (to) => {
    const isBare = (row: number) => (row < 342 || row > 357) && row < to;
    const picture = await pictureInColors((row) => (isBare(row) ? { sweater: SKIN, trousers: SKIN } : {}));
    expect(await endOfLower(picture)).toBeLessThan(450);
  });

  // Each failed on 2026-11-29: the trousers of whoever wears nothing but beige were a strip of their thighs, as in
  // swimwear, and those in dark gray below dark skin were shorts.
  test.each([
    ['beige', { sweater: [222, 184, 156], trousers: [222, 184, 156] }],
    ['salmon', { sweater: [230, 170, 145], trousers: [230, 170, 145] }],
    ['the color of skin', { sweater: SKIN, trousers: SKIN }],
    ['dark gray, below dark skin', { skin: [74, 56, 49], trousers: [54, 50, 47] }],
  ] as const)('has whole legs in trousers that resemble skin: %s', async (_, colors) => {
    expect(await endOfLower(await pictureInColors(() => colors))).toBeCloseTo(650, -2);
  });

  test('is told for at most four people', async () => {
    const two = await find(await pictureOf('person', 'person-in-skirt'));
    // Their shoes are less than a hundredth of the picture.
    expect(two.people.map(({ worn }) => worn.map(({ part }) => part))).toEqual([
      ['upper', 'lower'],
      ['upper', 'lower'],
    ]);
    const five = await find(await pictureOf(...Array.from({ length: 5 }, () => 'person' as const)));
    expect(five.people).toHaveLength(4);
  });

  // Failed on 2026-11-29: in the middle of a panorama or a long screenshot, a person was too small to be found.
  test.each(['left', 'top'] as const)('is found far from the %s of a long picture', async (side) => {
    const long = await sharp(await pictureOf('person-in-skirt'))
      .extend({
        background: 'white',
        ...(side === 'left'
          ? { left: 1_800, right: 1_800 }
          : { top: 1_500, bottom: 1_500, left: 200, right: 200 }),
      })
      .png()
      .toBuffer();
    const { people } = await find(long);
    expect(people).toHaveLength(1);
  });

  // Each failed on 2026-11-29: between the squares in which people were looked for, nobody was found, as in
  // google-ai-edge/mediapipe#5157.
  test.each([800, 1_600])('is found in a panorama of 2,720 columns, from column %i', async (left) => {
    const panorama = await sharp(await pictureOf('person-in-skirt'))
      .extend({ background: 'white', left, right: 2_400 - left })
      .png()
      .toBuffer();
    expect((await find(panorama)).people).toHaveLength(1);
  });

  test.each(['person', 'person-in-skirt'] as const)(
    'is found in a screenshot of an app: %s',
    async (person) => {
      const bar = (width: number, height: number, background: string) =>
        sharp({ create: { width, height, channels: 3, background } })
          .png()
          .toBuffer();
      const screen = { width: 540, height: 1_170, channels: 3, background: 'white' } as const;
      const screenshot = await sharp({ create: screen })
        .composite([
          { input: await bar(540, 44, '#111111'), left: 0, top: 0 },
          { input: await bar(220, 30, '#333333'), left: 20, top: 80 },
          { input: await bar(48, 48, '#e03030'), left: 466, top: 68 },
          {
            input: await sharp(await pictureOf(person))
              .resize({ height: 740 })
              .toBuffer(),
            left: 100,
            top: 130,
          },
          { input: await bar(240, 60, '#0a66ff'), left: 20, top: 900 },
          { input: await bar(420, 18, '#777777'), left: 20, top: 1_000 },
        ])
        .png()
        .toBuffer();
      // Shoes are too small there.
      expect(await partsIn(screenshot)).toEqual(['upper', 'lower']);
    },
  );

  // Failed on 2026-11-29: the boxes of people on their side were slivers. Cameras without an orientation sensor and scans
  // give such photos (immich-app/immich#28966).
  test.each([90, 180, 270])('is found in a picture turned by %i°', async (degrees) => {
    const picture = await pictureOf('person');
    const turned = await find(await sharp(picture).rotate(degrees).png().toBuffer());
    const upright = await find(picture);
    expect(turned.people).toHaveLength(1);
    const expected = upright.people[0]?.worn ?? [];
    const found = new Map(turned.people[0]?.worn.map(({ part, box }) => [part, box]));
    expect([...found.keys()]).toEqual(expected.map(({ part }) => part));
    for (const { part, box } of expected) {
      const [wanted, seen] = [turnedBox(box, (360 - degrees) / 90), found.get(part)];
      for (const key of ['x', 'y', 'width', 'height'] as const)
        expect(Math.abs((seen?.[key] ?? NaN) - wanted[key])).toBeLessThan(0.15);
    }
  });

  // A cheetah that ran was a person who fell, with a presence of 0.95; people on their side have more.
  test('is not what somebody who lies there wears without more certainty', () => {
    const pose = (presence: number) => ({
      presence,
      at: () => ({ x: 0, y: 0 }),
      visibility: () => 1,
      covers: () => true,
    });
    expect([0, 1, 2, 3].map((turns) => isPerson(pose(0.95), turns))).toEqual([true, false, false, false]);
    expect([0, 1, 2, 3].every((turns) => isPerson(pose(0.99), turns))).toBe(true);
  });

  const partsIn = async (image: Uint8Array) =>
    (await find(image)).people.flatMap(({ worn }) => worn.map(({ part }) => part));

  // Each failed on 2026-11-29: the table was legs with shoes, because BlazePose guesses what it does not see.
  test.each([
    ['person', 230],
    ['person', 290],
    ['person', 330],
    ['person-in-skirt', 290],
    ['person-in-skirt', 330],
    ['person-in-skirt', 360],
  ] as const)('is only what is above a table: %s behind one from %i', async (person, top) => {
    expect(await partsIn(await pictureBehindTable(person, top))).toEqual(['upper']);
  });

  test.each([
    ['person', 430],
    ['person-in-skirt', 480],
  ] as const)('is told from the waist if a table leaves the thighs: %s from %i', async (person, top) => {
    expect(await partsIn(await pictureBehindTable(person, top))).toEqual(['upper', 'lower']);
  });

  // Failed on 2026-11-29: of trousers behind a bag or a low table, the shins and shoes that showed did not count.
  test('is told from the waist if the shins are seen below what hides the thighs', async () => {
    expect(await partsIn(await pictureBehindTable('person', 400, 520))).toEqual(['upper', 'lower']);
  });

  // Failed on 2026-11-29: a strip of bare legs at the lower edge was a skirt with a confidence of 0.99.
  test.each([
    ['person', 330],
    ['person', 405],
    ['person-in-skirt', 360],
    ['person-in-skirt', 400],
  ] as const)('is left out where the picture ends: %s to %i', async (person, bottom) => {
    expect(await partsIn(await pictureCutOff(person, bottom))).toEqual(['upper']);
  });

  test.each([
    ['person', 480],
    ['person-in-skirt', 450],
    ['person-in-skirt', 480],
  ] as const)('is told if the picture ends at the thighs: %s to %i', async (person, bottom) => {
    expect(await partsIn(await pictureCutOff(person, bottom))).toEqual(['upper', 'lower']);
  });

  test('is nothing without people', async () => {
    const garments = ['drawn-dress-dotted.jpg', 'drawn-tee-striped.jpg', 'drawn-coat-224.png'].map(fixture);
    for (const image of [...garments, ...(await drawStrangers(1))]) {
      expect((await find(image)).people).toEqual([]);
      expect(await bodies.sees(await decodeRaster(image, SEEN_SIDE))).toBe(false);
    }
  });

  test('is on people who are seen in an image of 224 pixels', async () => {
    for (const person of ['person', 'person-in-skirt'] as const)
      expect(await bodies.sees(await decodeRaster(await pictureOf(person), SEEN_SIDE))).toBe(true);
  });

  // Failed on 2026-11-30: five more passes than for a square were free, also where a part has a few pixels.
  test.each([
    ['a square', 224, 224, 0],
    ['an image of 2:1', 112, 224, 600],
    ['an image of 3:1', 75, 224, 1_000],
    ['a line, in which nobody is looked for', 4, 224, 0],
  ])('is paid for by the parts that are looked at: %s', async (_what, width, height, points) => {
    const owed: number[] = [];
    const payer = { name: 'shopper', pay: () => undefined, owe: (more: number) => void owed.push(more) };
    const image = { pixels: new Uint8Array(3 * width * height).fill(200), width, height };
    expect(await paidBy(payer, () => bodies.sees(image))).toBe(false);
    await paidBy(payer, () => bodies.open(image));
    expect(owed).toEqual(points === 0 ? [] : [points, points]);
  });

  test('is refused when too many images wait', async () => {
    const image = await decodeRaster(await pictureOf('person'), 64);
    const flood = await Promise.allSettled(Array.from({ length: 40 }, () => bodies.open(image)));
    const refused = flood.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const result of refused) expect(result).toMatchObject({ reason: { code: 'SERVICE_OVERLOADED' } });
  });
});

describe('a body', () => {
  /** In a picture of 100 × 100 pixels: somebody who sits, seen from the front. */
  const SEATED: Readonly<Partial<Record<Landmark, readonly [x: number, y: number]>>> = {
    leftShoulder: [60, 25],
    rightShoulder: [40, 25],
    leftElbow: [64, 40],
    rightElbow: [36, 40],
    leftWrist: [60, 50],
    rightWrist: [40, 50],
    leftHip: [57, 55],
    rightHip: [43, 55],
    leftKnee: [62, 70],
    rightKnee: [38, 70],
    leftAnkle: [62, 92],
    rightAnkle: [38, 92],
  };
  /** The edge of a table hides the hips, and the feet are out of sight. */
  const seatedAt = (legsVisible: number, { from, to }: { from: number; to: number }): Pose => ({
    presence: 1,
    at: (landmark) => {
      const [x, y] = SEATED[landmark] ?? [50, 100];
      return { x, y };
    },
    visibility: (landmark) => {
      if (/Knee|Ankle/.test(landmark)) return legsVisible;
      return /Hip|Foot|Heel/.test(landmark) ? 0.3 : 1;
    },
    covers: ({ x, y }) => {
      if (y < from) return y > 20 && x > 38 && x < 62;
      return y > to && ((x > 33 && x < 43) || (x > 57 && x < 67));
    },
  });
  const raster = { pixels: new Uint8Array(3 * 100 * 100).fill(90), width: 100, height: 100 };
  const partsOf = (pose: Pose) =>
    findWorn(new Body(new Silhouette(raster, pose, 1), pose, 1)).map(({ part }) => part);

  test('that sits wears something from the waist if its knees and ankles are seen, and its thighs', () => {
    expect(partsOf(seatedAt(0.9, { from: 52, to: 60 }))).toEqual(['upper', 'lower']);
    expect(partsOf(seatedAt(0.6, { from: 52, to: 60 }))).toEqual(['upper']);
    // The table hides the thighs.
    expect(partsOf(seatedAt(0.9, { from: 52, to: 68 }))).toEqual(['upper']);
  });
});

describe('what NanoDet says', () => {
  const CELLS = (CARRIED_SIZE / 8) ** 2 + (CARRIED_SIZE / 16) ** 2 + (CARRIED_SIZE / 32) ** 2;
  const CLASSES = 4;
  const BINS = 11;
  /** The first cell of the 16 × 16 ones. */
  const MIDDLE = (CARRIED_SIZE / 8) ** 2;
  const IMAGE = { width: 256, height: 512 };
  interface Seen {
    readonly column: number;
    readonly row: number;
    readonly label: number;
    readonly score: number;
    /** Left, top, right, and bottom, in strides of 16 pixels. */
    readonly sides: readonly [number, number, number, number];
  }
  const read = (...things: readonly Seen[]) => {
    const scores = new Float32Array(CELLS * CLASSES);
    const sides = new Float32Array(CELLS * 4 * BINS);
    for (const thing of things) {
      const cell = MIDDLE + 16 * thing.row + thing.column;
      scores[cell * CLASSES + thing.label] = thing.score;
      thing.sides.forEach((side, i) => (sides[(cell * 4 + i) * BINS + side] = 50));
    }
    return readCarried(scores, sides, wholeView(IMAGE), IMAGE);
  };
  const HANDBAG = { column: 8, row: 9, label: 1, score: 0.8, sides: [2, 3, 2, 3] } as const;

  test('is a box in fractions of the image, with its label', () => {
    const [found, ...others] = read(HANDBAG);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      label: 'handbag',
      box: { x: 0.3125, y: 0.4063, width: 0.5, height: 0.375 },
    });
    expect(found?.confidence).toBeCloseTo(0.8);
  });

  test('is cut off at the edges of the image, and left out beyond them', () => {
    // The square around a portrait image has 64 of 256 columns at each side of it.
    const [cut, ...others] = read(
      { ...HANDBAG, column: 4, score: 0.9 },
      { ...HANDBAG, column: 1, sides: [1, 1, 1, 1] },
    );
    expect(others).toEqual([]);
    expect(cut?.box).toMatchObject({ x: 0, width: 0.3125 });
  });

  test('is the surest of what overlaps, whatever its kind, and nothing that is doubtful', () => {
    const found = read(
      { ...HANDBAG, column: 9, label: 3, score: 0.6 },
      HANDBAG,
      { ...HANDBAG, row: 2, score: 0.29 },
      { ...HANDBAG, row: 14, sides: [2, 1, 2, 1], label: 0, score: 0.4 },
    );
    expect(found.map(({ label }) => label)).toEqual(['handbag', 'backpack']);
  });

  test('is at most three things', () => {
    const rows = [1, 4, 7, 10, 13];
    expect(read(...rows.map((row): Seen => ({ ...HANDBAG, row, sides: [1, 1, 1, 1] })))).toHaveLength(3);
  });
});
