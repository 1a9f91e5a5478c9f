import type { EncoderInput, EncoderOutput } from './encoder-manifest.js';

/**
 * Writes one image into a batch of input tensors.
 *
 * @param pixels RGB bytes of a square of `input.size`, row by row
 * @param target NCHW float32 of `3 * size²` numbers
 */
export function fillTensor(
  pixels: Uint8Array,
  input: Pick<EncoderInput, 'size' | 'scale' | 'mean' | 'std'>,
  target: Float32Array,
): void {
  const plane = input.size * input.size;
  for (const channel of [0, 1, 2] as const) {
    const table = Float32Array.from(
      { length: 256 },
      (_, value) => (value * input.scale - input.mean[channel]) / input.std[channel],
    );
    const offset = channel * plane;
    for (let pixel = 0; pixel < plane; pixel += 1) {
      target[offset + pixel] = table[pixels[pixel * 3 + channel] ?? 0] ?? 0;
    }
  }
}

/** Scales the vector to length 1, in place. */
export function normalize<T extends Float32Array>(vector: T): T {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  for (let index = 0; index < vector.length; index += 1) vector[index] = (vector[index] ?? 0) / length;
  return vector;
}

/** The embedding in the tokens of an image: the only one, the first one, or their mean. */
export function pool(
  tokens: Float32Array<ArrayBuffer>,
  { pooling, tokens: count }: Pick<EncoderOutput, 'pooling' | 'tokens'>,
  dimension: number,
): Float32Array<ArrayBuffer> {
  if (pooling !== 'mean') return tokens.slice(0, dimension);
  const mean = new Float32Array(dimension);
  tokens.forEach((value, index) => {
    mean[index % dimension] = (mean[index % dimension] ?? 0) + value / count;
  });
  return mean;
}
