import sharp from 'sharp';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../../platform/progress.js';
import { openEncoder } from '../../vision/encoder.js';
import { lookAtGarments } from './look-at-garments.js';
import { SWATCHES, swatchGarment, writeSwatches } from './swatches.js';

/** Garments in the encoder at once. */
const AT_ONCE = 8;

/** Draws the swatches, encodes them with the encoder in a folder, and writes them beside it. Returns how many. */
export async function makeSwatches(
  directory: string | URL,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const encoder = await openEncoder({ directory });
  // After the encoder, whose module allows formats of photographs alone. This process decodes nothing else.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  try {
    const vectors: Float32Array[] = [];
    progress.start('Drawing garments', SWATCHES);
    while (vectors.length < SWATCHES) {
      signal.throwIfAborted();
      const count = Math.min(AT_ONCE, SWATCHES - vectors.length);
      const garments = Array.from({ length: count }, (_, i) => swatchGarment(vectors.length + i));
      for (const { vector } of await lookAtGarments(encoder, garments)) vectors.push(vector);
      progress.advance(count);
    }
    progress.done();
    await writeSwatches(directory instanceof URL ? fileURLToPath(directory) : directory, encoder.id, vectors);
    return vectors.length;
  } finally {
    await encoder.close();
  }
}
