import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { COLOR_NUMBERS } from '../../src/vision/color-descriptor.js';

const fixtures = new URL('./fixtures/', import.meta.url);

export const fixture = (name: string): Buffer => readFileSync(new URL(name, fixtures));

const numbers = z.array(z.number());

const goldenSchema = z.object({
  images: z.array(
    z.object({
      file: z.string(),
      scaled: z.enum(['down', 'up', 'none']),
      embedding: numbers,
      region: z.object({
        box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
        embedding: numbers,
      }),
    }),
  ),
});

/** Reference vectors of the fixtures, from models/make_golden.py. */
export const golden = goldenSchema.parse(JSON.parse(fixture('golden.json').toString()));

/**
 * An encoder's folder with reference vectors that are not in the repository: photos, and the input tensors of some.
 */
export function referenceEncoder(name: string) {
  const folder = new URL(`../../../shared/models/${name}/`, import.meta.url);
  if (!existsSync(folder)) return undefined;
  const { images } = z
    .object({
      images: z.array(
        z.object({
          file: z.string(),
          width: z.number(),
          height: z.number(),
          image: z.string(),
          tensor: z.string().optional(),
          embedding: numbers,
        }),
      ),
    })
    .parse(JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')));
  return {
    directory: folder,
    images: images.map(({ image, tensor, ...rest }) => {
      const tensorFile = tensor === undefined ? undefined : new URL(tensor, folder);
      return {
        ...rest,
        bytes: readFileSync(new URL(image, folder)),
        tensor: tensorFile && existsSync(tensorFile) ? readFloats(tensorFile) : undefined,
      };
    }),
  };
}

function readFloats(file: URL): Float32Array {
  const bytes = readFileSync(fileURLToPath(file));
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

/** The model's part of a vector; the colors follow it. */
export const embeddingOf = (vector: Float32Array): Float32Array => vector.subarray(0, -COLOR_NUMBERS);

/** Cosine of two vectors of any length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, index) => sum + value * (y[index] ?? NaN), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The rejection of a promise, as a plain object for matching. */
export async function failure(promise: Promise<unknown>): Promise<{ code?: unknown; message: string }> {
  try {
    await promise;
  } catch (error) {
    return z.looseObject({ message: z.string(), code: z.unknown().optional() }).parse(error);
  }
  throw new Error('expected a rejection');
}
