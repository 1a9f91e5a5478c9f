import { open } from 'node:fs/promises';

/** Files that public sets of vectors come in: fvecs has the dimension before each vector, fbin once, after the count. */
const FORMATS = /\.(fvecs|fbin)$/;
const NUMBER_BYTES = 4;
/** More is no vector, but another format. */
const MAX_DIMENSION = 65_535;

/** The first `count` vectors of a `.fvecs` or `.fbin` file, or as many as there are. @throws Error that names the file */
export async function readVectors(path: string, count: number): Promise<Float32Array[]> {
  const format = FORMATS.exec(path)?.[1];
  if (format === undefined) throw new Error(`${path} is neither .fvecs nor .fbin.`);
  const file = await open(path);
  try {
    const head = new DataView(new ArrayBuffer(2 * NUMBER_BYTES));
    await file.read(head, 0, head.byteLength, 0);
    const isFvecs = format === 'fvecs';
    const dimension = head.getUint32(isFvecs ? 0 : NUMBER_BYTES, true);
    if (dimension < 1 || dimension > MAX_DIMENSION)
      throw new Error(`${path} is no .${format} file: its vectors would have ${dimension} numbers.`);
    const [before, between] = isFvecs ? [0, NUMBER_BYTES] : [head.byteLength, 0];
    const stride = between + dimension * NUMBER_BYTES;
    const available = Math.floor(((await file.stat()).size - before) / stride);
    const vectors: Float32Array[] = [];
    const bytes = new DataView(new ArrayBuffer(stride));
    for (let n = 0; n < Math.min(count, available); n += 1) {
      await file.read(bytes, 0, stride, before + n * stride);
      vectors.push(
        Float32Array.from({ length: dimension }, (_, i) =>
          bytes.getFloat32(between + i * NUMBER_BYTES, true),
        ),
      );
    }
    return vectors;
  } finally {
    await file.close();
  }
}
