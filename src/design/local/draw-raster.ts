import sharp from 'sharp';
import type { Design as Garment } from '../../garment/design.js';
import { drawGarment, HEIGHT, WIDTH } from '../../garment/draw.js';
import type { Raster } from '../../vision/raster.js';

/** How the fabric falls: the same for all designs, so that only their parameters differ. */
export const FALL = 'design';
const DPI = 72;

/** The garment as pixels, with this many for the height of the picture. */
export async function drawRaster(garment: Garment, height: number): Promise<Raster> {
  const pixelsPerUnit = height / HEIGHT;
  const width = Math.round(WIDTH * pixelsPerUnit);
  const svg = drawGarment(garment, { seed: FALL, pixelsPerUnit });
  const pixels = await sharp(Buffer.from(svg), { density: DPI * pixelsPerUnit })
    .resize(width, height, { fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer();
  return { pixels, width, height };
}
