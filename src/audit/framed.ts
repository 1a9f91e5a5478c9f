import type { Raster } from '../vision/raster.js';
import { pixelBox, type Box } from '../vision/regions.js';

/** Width of a frame, as a share of the picture's longer side: seen also where the picture is small. */
const FRAME = 0.012;
const COLOR = [255, 0, 128] as const;

/** A copy of the picture with a frame around each of the boxes. */
export function framed(picture: Raster, boxes: readonly Box[]): Raster {
  const { width, height } = picture;
  const pixels = new Uint8Array(picture.pixels);
  const line = Math.max(1, Math.round(FRAME * Math.max(width, height)));
  for (const box of boxes) {
    const { left, top, width: across, height: down } = pixelBox(box, picture);
    for (let y = top; y < top + down; y += 1)
      for (let x = left; x < left + across; x += 1) {
        const inside =
          x >= left + line && x < left + across - line && y >= top + line && y < top + down - line;
        if (!inside) pixels.set(COLOR, 3 * (y * width + x));
      }
  }
  return { pixels, width, height };
}
