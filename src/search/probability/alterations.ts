import sharp from 'sharp';
import { random } from '../../platform/random.js';

/** What happens to a photo as people and apps pass it on. Each returns a JPEG, the same every time. */
export const ALTERATIONS: Readonly<Record<string, (photograph: Buffer) => Promise<Buffer>>> = {
  'cropped to the middle 80%': crop,
  'darker (× 0.6)': (photograph) => sharp(photograph).modulate({ brightness: 0.6 }).jpeg().toBuffer(),
  'lighter (× 1.4)': (photograph) => sharp(photograph).modulate({ brightness: 1.4 }).jpeg().toBuffer(),
  'JPEG quality 30': (photograph) => sharp(photograph).jpeg({ quality: 30 }).toBuffer(),
  'rotated by 10°': (photograph) => sharp(photograph).rotate(10, { background: 'white' }).jpeg().toBuffer(),
  'background replaced': replaceBackground,
};

/** Share of width and height. */
const CROP = 0.8;

async function crop(photograph: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(photograph).metadata();
  const [w, h] = [Math.round(width * CROP), Math.round(height * CROP)];
  const box = { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h };
  return sharp(photograph).extract(box).jpeg().toBuffer();
}

/**
 * Radii of the ellipse around the middle, as shares of half the width and height: the garment is fully visible inside
 * the smaller one and not visible outside the larger one.
 */
const KEPT_UP_TO = 0.85;
const GONE_FROM = 1.05;
const GRAIN = 24;

/**
 * These garments have no masks, but they fill the middle of the photo. The area outside an ellipse with a soft edge
 * is replaced with a grainy background of one color.
 */
async function replaceBackground(photograph: Buffer): Promise<Buffer> {
  const { data, info } = await sharp(photograph).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const chance = random(String(photograph.length));
  const color = Array.from({ length: channels }, () => chance.between(40, 220));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const radius = Math.hypot((2 * x) / width - 1, (2 * y) / height - 1);
      const ground = Math.min(1, Math.max(0, (radius - KEPT_UP_TO) / (GONE_FROM - KEPT_UP_TO)));
      const grain = chance.between(-GRAIN / 2, GRAIN / 2);
      for (let channel = 0; channel < channels; channel += 1) {
        const i = (y * width + x) * channels + channel;
        data[i] = (1 - ground) * (data[i] ?? 0) + ground * ((color[channel] ?? 0) + grain);
      }
    }
  }
  return sharp(data, { raw: { width, height, channels } }).jpeg().toBuffer();
}
