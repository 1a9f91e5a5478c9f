import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Design as Garment, garmentTypes } from '../../garment/design.js';
import { random } from '../../platform/random.js';
import { errorCode, OperatorError } from '../../platform/operator-error.js';
import type { Wanted } from '../order.js';
import { openSpace, randomGarment } from './space.js';

/** A garment and the vector of its picture. */
export interface Seen {
  readonly garment: Garment;
  readonly vector: Float32Array;
}

/** 60 of each type: as many as show which options matter. More would tell each design little and take space in the image. */
export const SWATCHES = 60 * garmentTypes.length;

const ANYTHING: Wanted = {
  types: [],
  colors: [],
  materials: [],
  patterns: [],
  silhouettes: [],
  sleeves: [],
  necklines: [],
  lengths: [],
};

/** The garment of a swatch: the same for the same number. */
export function swatchGarment(number: number): Garment {
  const space = openSpace(ANYTHING);
  if (space === null) throw new Error('anything can be drawn');
  return randomGarment(space, random(`swatch ${number}`), garmentTypes[number % garmentTypes.length]);
}

const manifest = z.object({
  encoder: z.string(),
  count: z.int().positive(),
  dimension: z.int().positive(),
  /** Of swatches.bin. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Eight bits a number: the cosine to the full vector is above 0.999. */
const STEPS = 127;

/**
 * The swatches beside an encoder: random garments that it has seen already, from which every search starts. Empty when
 * the folder has none: the search then takes longer to find the kind of garment.
 *
 * @throws OperatorError when the files do not belong together, or to the encoder
 */
export async function readSwatches(directory: string | URL, encoder: string): Promise<Seen[]> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  const text = await readFile(join(folder, 'swatches.json'), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return [];
  const parsed = manifest.safeParse(JSON.parse(text));
  const bytes = await readFile(join(folder, 'swatches.bin'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!parsed.success || parsed.data.sha256 !== sha256 || parsed.data.encoder !== encoder) {
    throw new OperatorError(
      `${folder} has swatches.json and swatches.bin that do not belong together, or not to ${encoder}: ` +
        'remove both, or make them with `vitrine swatches`.',
    );
  }
  const { count, dimension } = parsed.data;
  return Array.from({ length: count }, (_, number) => ({
    garment: swatchGarment(number),
    vector: direction(bytes.subarray(number * dimension, (number + 1) * dimension)),
  }));
}

/** Writes the swatches of an encoder: the vectors of `swatchGarment`, in order. */
export async function writeSwatches(
  folder: string,
  encoder: string,
  vectors: readonly Float32Array[],
): Promise<void> {
  const bytes = Buffer.concat(vectors.map(quantized));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const facts = { encoder, count: vectors.length, dimension: vectors[0]?.length ?? 0, sha256 };
  await writeFile(join(folder, 'swatches.bin'), bytes);
  await writeFile(join(folder, 'swatches.json'), `${JSON.stringify(facts, null, 1)}\n`);
}

function quantized(vector: Float32Array): Buffer {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Buffer.from(Int8Array.from(vector, (value) => Math.round((value / largest) * STEPS)).buffer);
}

function direction(bytes: Uint8Array): Float32Array {
  const numbers = Float32Array.from(bytes, (byte) => (byte > STEPS ? byte - 256 : byte));
  const norm = Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0));
  return numbers.map((value) => value / norm);
}
