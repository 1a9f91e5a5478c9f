import type { EncoderInput } from './manifest.js';

/**
 * Writes one image into a batch of input tensors.
 *
 * @param pixels RGB bytes of a square of `input.size`, row by row
 * @param target NCHW float32 of `3 * size²` numbers
 */
export function fillTensor(pixels: Uint8Array, input: EncoderInput, target: Float32Array): void {
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
