/** A shorter sum has no meaningful direction: what is left is rounding error. */
const MIN_NORM = 1e-3;

export interface Term {
  readonly vector: Float32Array;
  readonly weight: number;
}

/** In float64 and in a fixed order: the same result on every machine. Four sums at once are twice as fast as one. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [w, x, y, z] = [0, 0, 0, 0];
  const length = a.length;
  for (let i = 0; i < length; i += 4) {
    w += (a[i] ?? 0) * (b[i] ?? 0);
    x += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
    y += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
    z += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
  }
  return w + x + (y + z);
}

/** The cosine similarity to the nearest of the others, as float32; -Infinity when there is none. */
export function nearest(vector: Float32Array, others: readonly Float32Array[]): number {
  let similarity = -Infinity;
  for (const other of others) similarity = Math.max(similarity, Math.fround(dot(vector, other)));
  return similarity;
}

/** The direction of the weighted sum, L2-normalized; null when the sum is (nearly) zero. */
export function normalizedSum(terms: readonly Term[]): Float32Array | null {
  const length = terms[0]?.vector.length ?? 0;
  const sum = new Float64Array(length);
  for (const { vector, weight } of terms) {
    for (let i = 0; i < length; i += 1) sum[i] = (sum[i] ?? 0) + weight * (vector[i] ?? 0);
  }
  let squares = 0;
  for (let i = 0; i < length; i += 1) squares += (sum[i] ?? 0) ** 2;
  const norm = Math.sqrt(squares);
  if (norm < MIN_NORM) return null;
  const direction = new Float32Array(length);
  for (let i = 0; i < length; i += 1) direction[i] = (sum[i] ?? 0) / norm;
  return direction;
}

/** The mean direction of vectors; null when they cancel out, or there are none. */
export function meanDirection(vectors: readonly Float32Array[]): Float32Array | null {
  return normalizedSum(vectors.map((vector) => ({ vector, weight: 1 })));
}

/** The format of vectors in Postgres and in files: float32, little-endian. */
export function toBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT));
  return bytes;
}

/** Converts Postgres' bytes to float32; copied, because a Buffer of the driver is a view that may be unaligned. */
export function toVector(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
