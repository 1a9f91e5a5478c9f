import sharp from 'sharp';
import type { Design } from './design.js';
import { drawGarment, HEIGHT, WIDTH, type DrawingOptions } from './draw.js';

export interface RasterOptions extends DrawingOptions {
  /** Width in pixels; default 640 × 800. Proportions other than 4:5 are filled and cropped. */
  width?: number;
  height?: number;
  format?: 'webp' | 'jpeg' | 'png';
  /** 1 to 100, for the lossy formats. */
  quality?: number;
}

/** The density at which one SVG unit becomes one pixel. */
const DPI = 72;
/** Finer rasters are enlarged from this one (2400 × 3000), because filters take time and memory per pixel. */
const MOST_PIXELS_PER_UNIT = 3;

/**
 * Draws a design as an image file. Do not use it in a process that decodes untrusted images: there, vision/decode.ts
 * makes sharp refuse SVG.
 */
export async function renderGarment(design: Design, options: RasterOptions = {}): Promise<Buffer> {
  const { width = 640, height = 800, format = 'webp', quality = 80 } = options;
  const pixelsPerUnit = Math.min(MOST_PIXELS_PER_UNIT, Math.max(width / WIDTH, height / HEIGHT));
  const svg = drawGarment(design, { ...options, pixelsPerUnit });
  const image = sharp(Buffer.from(svg), { density: DPI * pixelsPerUnit })
    .resize(width, height, { fit: 'cover' })
    .removeAlpha();
  switch (format) {
    case 'webp':
      return image.webp({ quality, effort: 5, smartSubsample: true }).toBuffer();
    case 'jpeg':
      return image.jpeg({ quality, mozjpeg: true }).toBuffer();
    case 'png':
      return image.png().toBuffer();
  }
}
