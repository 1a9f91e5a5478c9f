import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { cutOut } from '../../bench/cut-out.js';
import type { Box } from '../../src/vision/regions.js';

/** Drawn people (test/vision/fixtures/*.svg), whom the networks of models/bodies find. */
export type Person = 'person' | 'person-in-skirt';

/** Width and height of the pictures of one person. */
const PLACE = { width: 320, height: 720 };
/** Width of the wall at each side of a table. */
const WALL = 120;

const fileOf = (person: Person): string =>
  new URL(`../vision/fixtures/${person}.png`, import.meta.url).pathname;

/** People who stand side by side before a wall, as a PNG of 320 × 720 pixels for each. */
export async function pictureOf(...people: readonly Person[]): Promise<Buffer<ArrayBuffer>> {
  const canvas = {
    width: PLACE.width * people.length,
    height: PLACE.height,
    channels: 3,
    background: 'white',
  } as const;
  const placed = people.map((person, i) => ({ input: fileOf(person), left: i * PLACE.width, top: 0 }));
  return Buffer.from(await sharp({ create: canvas }).composite(placed).png().toBuffer());
}

/**
 * A person behind a table that hides everything between `top` and `bottom`, of 720 rows: the shoulders are at 170, the
 * hips at 350, and the knees at 500. As a PNG.
 */
export async function pictureBehindTable(
  person: Person,
  top: number,
  bottom: number = PLACE.height,
): Promise<Buffer<ArrayBuffer>> {
  const { width } = PLACE;
  const wall = { left: WALL, right: WALL, background: '#c9d3d6' };
  const table = {
    width: width + 2 * WALL,
    height: bottom - top,
    channels: 3,
    background: '#7a5230',
  } as const;
  const room = await sharp(await pictureOf(person))
    .extend(wall)
    .png()
    .toBuffer();
  return Buffer.from(
    await sharp(room)
      .composite([{ input: await sharp({ create: table }).png().toBuffer(), left: 0, top }])
      .png()
      .toBuffer(),
  );
}

/** A large bag of the demo catalog, at the side of a person. */
const BAG = { file: 'cn-bruna-handbag-black.webp', height: 220, left: 190, top: 330 } as const;

/** A person with a bag before a wall, as a PNG, and where the bag is. */
export async function pictureWithBag(): Promise<{ picture: Buffer<ArrayBuffer>; bag: Box }> {
  const drawing = new URL(`../../catalog/images/${BAG.file}`, import.meta.url);
  const garment = await cutOut(await readFile(drawing));
  if (garment === null) throw new Error('the bag cannot be cut out');
  const input = await sharp(garment.image).resize({ height: BAG.height }).toBuffer();
  const [left, width] = [WALL + BAG.left, PLACE.width + 2 * WALL];
  const room = await sharp(await pictureOf('person'))
    .extend({ left: WALL, right: WALL, background: '#c9d3d6' })
    .png()
    .toBuffer();
  const picture = Buffer.from(
    await sharp(room)
      .composite([{ input, left, top: BAG.top }])
      .png()
      .toBuffer(),
  );
  const across = (garment.width * BAG.height) / garment.height / width;
  const bag = {
    x: left / width,
    y: BAG.top / PLACE.height,
    width: across,
    height: BAG.height / PLACE.height,
  };
  return { picture, bag };
}

/** The upper part of a person's picture: the rows above `bottom`, of 720. As a PNG. */
export async function pictureCutOff(person: Person, bottom: number): Promise<Buffer<ArrayBuffer>> {
  const part = { left: 0, top: 0, width: PLACE.width, height: bottom };
  return Buffer.from(
    await sharp(await pictureOf(person))
      .extract(part)
      .png()
      .toBuffer(),
  );
}

type Color = readonly [red: number, green: number, blue: number];
/** What the drawing has, where the light is full. */
const COLORS = {
  skin: [217, 165, 138],
  sweater: [178, 58, 72],
  trousers: [47, 75, 124],
  wall: [201, 211, 214],
} as const;
/** How far a pixel's hue may be from the one of its part. */
const HUE = 0.1;

/** The colors that parts of the drawing get; others stay as they are. */
type NewColors = Readonly<Partial<Record<keyof typeof COLORS, Color>>>;

/** A person in other colors, which may depend on the place: of 720 rows and 320 columns. As a PNG. */
export async function pictureInColors(
  colorsAt: (row: number, column: number) => NewColors,
): Promise<Buffer<ArrayBuffer>> {
  const { data, info } = await sharp(await pictureOf('person'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += info.channels) {
    const place = at / info.channels;
    const colors = colorsAt(Math.floor(place / info.width), place % info.width);
    const pixel = [...data.subarray(at, at + 3)];
    for (const part of ['skin', 'sweater', 'trousers', 'wall'] as const) {
      const light = Math.max(...pixel) / Math.max(...COLORS[part]);
      const isPart = pixel.every((value, i) => Math.abs(value - light * (COLORS[part][i] ?? 0)) < HUE * 255);
      const color = colors[part];
      if (isPart && color !== undefined)
        data.set(
          color.map((value) => Math.min(255, light * value)),
          at,
        );
    }
  }
  return Buffer.from(await sharp(data, { raw: info }).png().toBuffer());
}
