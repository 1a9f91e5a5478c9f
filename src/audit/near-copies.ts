import { random } from '../platform/random.js';
import type { Raster } from '../vision/raster.js';
import sharp from '../vision/sharp.js';

/** How much copies differ from the picture: what nobody notices, and no comparison of files finds. */
const MAX_CUT = 0.03;
const MAX_TURN_DEGREES = 2;
const MAX_BRIGHTER = 0.06;
const QUALITIES = [70, 95] as const;

/** JPEG files that show the picture, each cropped, turned, and lit a little differently. */
export async function nearCopies(picture: Raster, count: number, seed: string): Promise<Buffer[]> {
  const chance = random(seed);
  const copies: Buffer[] = [];
  while (copies.length < count) {
    const { width, height } = picture;
    const [x, y] = [chance.between(0, MAX_CUT), chance.between(0, MAX_CUT)];
    const part = {
      left: Math.floor(x * width),
      top: Math.floor(y * height),
      width: Math.max(1, Math.floor((1 - MAX_CUT) * width)),
      height: Math.max(1, Math.floor((1 - MAX_CUT) * height)),
    };
    copies.push(
      await sharp(picture.pixels, { raw: { width, height, channels: 3 } })
        .extract(part)
        .rotate(chance.between(-MAX_TURN_DEGREES, MAX_TURN_DEGREES), { background: 'white' })
        .modulate({ brightness: 1 + chance.between(-MAX_BRIGHTER, MAX_BRIGHTER) })
        .jpeg({ quality: chance.integer(...QUALITIES) })
        .toBuffer(),
    );
  }
  return copies;
}
