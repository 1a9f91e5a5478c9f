import type { OpenEncoder } from '../vision/encoder.js';
import type { Raster } from '../vision/raster.js';
import sharp from '../vision/sharp.js';
import type { Found } from './evolve.js';

/** More than margins of cosines differ, so that each picture with a reason is behind all without one. */
const BEHIND = 4;

/** Whether the encoder finds a reason not to trust the picture of a vector; nothing when it cannot tell. */
export function flag(
  { trustOf }: Pick<OpenEncoder, 'trustOf'>,
  vector: Float32Array,
): { readonly flagged?: boolean } {
  const trust = trustOf?.(vector) ?? null;
  return trust === null ? {} : { flagged: trust.reason !== null };
}

/** What an attacker wants who sees ImageTrust too: the margin, but first no reason. Above 0, they have both. */
export function evading(
  { trustOf }: Pick<OpenEncoder, 'trustOf'>,
  margin: (vector: Float32Array) => number,
): (vector: Float32Array) => number {
  return (vector) => {
    const trust = trustOf?.(vector) ?? null;
    return trust === null || trust.reason === null ? margin(vector) : trust.score - BEHIND;
  };
}

/** The vector that a search compares with: that of the picture, or without what makes it suspicious. */
export async function defended(
  { consensus }: Pick<OpenEncoder, 'consensus'>,
  { raster, answer }: Found<Float32Array>,
  signal: AbortSignal,
): Promise<Float32Array> {
  return (await consensus?.(answer, await toPng(raster), undefined, signal)) ?? answer;
}

const toPng = ({ pixels, width, height }: Raster): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
