import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_ENCODER, openEncoder, type Encoder } from '../../src/vision/encoder.js';

/**
 * The included encoder. Test files share its vectors of whole images, because encoding the demo catalog takes long.
 */
export async function openSharedEncoder(): Promise<Encoder> {
  const folder = process.env['VITRINE_TEST_VECTORS'];
  if (folder === undefined) throw new Error('VITRINE_TEST_VECTORS is not set: run tests with npm test');
  const encoder = await openEncoder({ directory: DEFAULT_ENCODER });
  return {
    ...encoder,
    async encode(image, box) {
      if (box !== undefined) return encoder.encode(image, box);
      const file = join(folder, createHash('sha256').update(image).digest('hex'));
      const kept = await readFile(file).catch(() => null);
      if (kept !== null) return new Float32Array(Uint8Array.from(kept).buffer);
      const vector = await encoder.encode(image);
      // Another test file may be reading it.
      const draft = `${file}-${randomUUID()}`;
      await writeFile(draft, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
      await rename(draft, file);
      return vector;
    },
  };
}
