import type { Design as Garment } from '../../garment/design.js';
import { patiently } from '../../images/encode-image.js';
import type { OpenEncoder } from '../../vision/encoder.js';
import type { Raster } from '../../vision/raster.js';
import { drawRaster } from './draw-raster.js';

/**
 * Pixels of the height of a picture while designs are sought: as many as the included encoder sees. On 54 garments, the
 * mean cosine to the vector of the picture that is kept is 0.97; drawing that one takes six times as long.
 */
export const SEARCH_HEIGHT = 260;

/** A garment as the encoder sees it. */
export interface Look {
  readonly garment: Garment;
  readonly vector: Float32Array;
  readonly raster: Raster;
}

/** Draws garments and encodes their pictures, all at the same time; in their order. */
export function lookAtGarments(
  encoder: Pick<OpenEncoder, 'encodeRaster'>,
  garments: readonly Garment[],
  height = SEARCH_HEIGHT,
): Promise<Look[]> {
  return Promise.all(
    garments.map(async (garment) => {
      const raster = await drawRaster(garment, height);
      return { garment, raster, vector: await patiently(() => encoder.encodeRaster(raster)) };
    }),
  );
}
