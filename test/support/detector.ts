import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constantDetector } from './onnx.js';

/** Side of its square input. */
export const DETECTOR_SIZE = 64;

/**
 * A new folder with a detector that finds the same in every image: for each anchor center x, center y, width, and height
 * in pixels of its square, and the confidence of each label. `model` may be another graph.
 */
export async function detectorFolder(
  anchors: readonly (readonly number[])[],
  labels: readonly string[],
  {
    model = constantDetector(DETECTOR_SIZE, [1, anchors.length, 4 + labels.length], anchors.flat()),
    changes = {},
  }: { readonly model?: Buffer; readonly changes?: Readonly<Record<string, unknown>> } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-detector-'));
  await writeFile(join(folder, 'model.onnx'), model);
  const manifest = {
    name: 'constant',
    version: '1.0.0',
    input: { name: 'images', size: DETECTOR_SIZE },
    output: 'output0',
    labels,
    files: { 'model.onnx': { sha256: createHash('sha256').update(model).digest('hex') } },
    ...changes,
  };
  await writeFile(join(folder, 'detector.json'), JSON.stringify(manifest));
  return folder;
}
