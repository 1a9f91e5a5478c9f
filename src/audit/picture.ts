import type { Frame } from '../vision/framing.js';
import { decodeRaster } from '../vision/decode.js';
import { shrinkRaster, type Raster } from '../vision/raster.js';
import sharp from '../vision/sharp.js';

/** Pixels of the longer side that an image is read at before it is brought to the size of the model. */
const READ_SIDE = 1_024;
/** Pixels of the longer side of a picture on the page, and the quality of its file: some 3 KB. */
const SHOWN_SIDE = 180;
const SHOWN_QUALITY = 70;

/**
 * The image at the size that the model sees it at: more pixels would not reach the model, and attacks would take longer.
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE
 */
export async function pictureOf(bytes: Uint8Array, { size, framing }: Frame): Promise<Raster> {
  const raster = await decodeRaster(bytes, READ_SIDE);
  const { width, height } = raster;
  if (framing.fit !== 'crop') return shrinkRaster(raster, size);
  const longer = Math.max(width, height) / Math.min(width, height);
  return shrinkRaster(raster, Math.ceil(framing.shorterSide * longer));
}

/** A small picture as a data URL, for a page without other files. */
export async function toDataUrl({ pixels, width, height }: Raster): Promise<string> {
  const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: SHOWN_SIDE, height: SHOWN_SIDE, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: SHOWN_QUALITY })
    .toBuffer();
  return `data:image/webp;base64,${file.toString('base64')}`;
}
