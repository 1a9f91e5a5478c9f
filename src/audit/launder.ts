import type { Sharp } from 'sharp';
import type { Raster } from '../vision/raster.js';
import sharp from '../vision/sharp.js';

/** What apps do to pictures that are passed on, and an attack must survive. */
export const LAUNDERINGS = ['jpeg', 'rescaled'] as const;
export type Laundering = (typeof LAUNDERINGS)[number];

const JPEG_QUALITY = 75;
const SCALE = 0.5;

/** The file of the picture after each of them. */
export const launder: Readonly<Record<Laundering, (picture: Raster) => Promise<Buffer>>> = {
  jpeg: (picture) => open(picture).jpeg({ quality: JPEG_QUALITY }).toBuffer(),
  rescaled: (picture) =>
    open(picture)
      .resize({ width: Math.max(1, Math.round(SCALE * picture.width)) })
      .png()
      .toBuffer(),
};

const open = ({ pixels, width, height }: Raster): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 } });
