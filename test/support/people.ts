import sharp from 'sharp';

/** Drawn people (test/vision/fixtures/*.svg), whom the networks of models/bodies find. */
export type Person = 'person' | 'person-in-skirt';

/** Width and height of the pictures of one person. */
const PLACE = { width: 320, height: 720 };

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
