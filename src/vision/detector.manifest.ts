import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../platform/operator-error.js';

/** What to do about a detector that cannot be used. */
export const DETECTOR_REMEDY =
  'Set VITRINE_DETECTOR to a folder with a detector.json and its model.onnx (docs/look.md), or unset it.';

/** More classes than any detector of garments has. */
const MAX_LABELS = 1_000;

/** A detector as its detector.json describes it; its worker starts with the same data. */
export const detectorManifest = z.object({
  name: z.string().regex(/^[\w.-]+$/),
  version: z.string().regex(/^[\w.+-]+$/),
  /** Name of the graph's input, and the side of its square: NCHW float32 RGB from 0 to 1. */
  input: z.object({ name: z.string().min(1), size: z.int().min(32).max(1280) }),
  /** Name of the graph's output. */
  output: z.string().min(1),
  /** In the order of the output's classes; shown as LookItem.label. */
  labels: z.array(z.string().min(1)).min(1).max(MAX_LABELS),
  /** Boxes with less confidence are dropped. */
  confidence: z.number().min(0).max(1).default(0.25),
  /**
   * When two boxes of a class overlap more than this (intersection over union), the less confident one is dropped.
   */
  overlap: z.number().min(0).max(1).default(0.45),
  files: z.object({ 'model.onnx': z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) }),
});

export type DetectorManifest = z.infer<typeof detectorManifest>;

/**
 * Reads and verifies a detector's folder.
 *
 * @throws OperatorError naming the file, what is wrong with it, and the remedy
 */
export async function readDetector(
  folder: string,
): Promise<{ manifest: DetectorManifest; modelFile: string }> {
  const file = join(folder, 'detector.json');
  const text = (await read(file)).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OperatorError(`${file} is not JSON. ${DETECTOR_REMEDY}`, { cause });
  }
  const parsed = detectorManifest.safeParse(json);
  if (!parsed.success) {
    throw new OperatorError(
      `${file} does not describe a detector:\n${z.prettifyError(parsed.error)}\n${DETECTOR_REMEDY}`,
    );
  }
  const manifest = parsed.data;
  const modelFile = join(folder, 'model.onnx');
  const found = Buffer.from(await webcrypto.subtle.digest('SHA-256', await read(modelFile))).toString('hex');
  if (found !== manifest.files['model.onnx'].sha256) {
    throw new OperatorError(
      `${modelFile} has the SHA-256 ${found}, but its detector.json says ${manifest.files['model.onnx'].sha256}: copy both again. ${DETECTOR_REMEDY}`,
    );
  }
  return { manifest, modelFile };
}

async function read(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new OperatorError(`${file} cannot be read. ${DETECTOR_REMEDY}`, { cause });
  }
}
