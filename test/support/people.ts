import sharp from 'sharp';

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
const COLORS = { skin: [217, 165, 138], sweater: [178, 58, 72], trousers: [47, 75, 124] } as const;
/** How far a pixel's hue may be from the one of its part. */
const HUE = 0.1;

/** A person in other colors, in the rows `isIn` of 720. As a PNG. */
export async function pictureInColors(
  colors: Partial<Record<keyof typeof COLORS, Color>>,
  isIn: (row: number) => boolean = () => true,
): Promise<Buffer<ArrayBuffer>> {
  const { data, info } = await sharp(await pictureOf('person'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += info.channels) {
    if (!isIn(Math.floor(at / info.channels / info.width))) continue;
    const pixel = [...data.subarray(at, at + 3)];
    for (const part of ['skin', 'sweater', 'trousers'] as const) {
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
