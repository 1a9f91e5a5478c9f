import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { COLOR_NUMBERS } from './color-descriptor.js';

/** What to do about an encoder that cannot be used. */
export const ENCODER_REMEDY =
  'Set VITRINE_ENCODER to a folder with a model.json and its model.onnx, or unset it to use the default encoder.';

/** How pixels become the model's input tensor: NCHW float32 RGB of `(pixel * scale - mean) / std`. */
export interface EncoderInput {
  /** Name of the graph's input. */
  readonly name: string;
  /** Side of the square input, in pixels. The longer side of an image is resized to it; the rest is white. */
  readonly size: number;
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** An encoder as its `model.json` describes it, with its files found and verified. */
export interface EncoderManifest {
  /** `name@version+colors`: vectors of encoders with different ids are not comparable. */
  readonly id: string;
  readonly input: EncoderInput;
  /** Length of a vector: the model's embedding and the color descriptor. */
  readonly dimension: number;
  /** Length of the model's embedding. */
  readonly embeddingDimension: number;
  /** Cells of the `patches` output, row-major; absent when the encoder has no local embeddings. */
  readonly grid?: { readonly rows: number; readonly columns: number } | undefined;
  /** Absolute path of the ONNX graph. */
  readonly modelFile: string;
}

const triple = z.tuple([z.number(), z.number(), z.number()]);
const positiveTriple = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

const manifestSchema = z.object({
  name: z.string().regex(/^[\w.-]+$/),
  version: z.string().regex(/^[\w.+-]+$/),
  input: z.object({
    name: z.string().min(1),
    size: z.int().min(16).max(1024),
    layout: z.literal('NCHW'),
    dtype: z.literal('float32'),
    color: z.literal('RGB'),
    scale: z.literal('1/255').transform(() => 1 / 255),
    mean: triple,
    std: positiveTriple,
    resize_rule: z.literal('pad').default('pad'),
  }),
  outputs: z.array(
    z.object({
      name: z.string(),
      dim: z.int().positive(),
      grid: z.tuple([z.int().positive(), z.int().positive()]).optional(),
    }),
  ),
  files: z.object({ 'model.onnx': z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) }),
});

/**
 * Reads and verifies an encoder's folder: `model.json` against its schema, `model.onnx` against its checksum.
 *
 * @throws Error naming the file, what is wrong with it, and the remedy
 */
export async function readManifest(directory: string | URL): Promise<EncoderManifest> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  const file = join(folder, 'model.json');
  const manifest = parseManifest(file, (await read(file)).toString('utf8'));

  const embedding = manifest.outputs.find((output) => output.name === 'embedding');
  const patches = manifest.outputs.find((output) => output.name === 'patches');
  if (!embedding) throw new Error(`${file} names no output "embedding". ${ENCODER_REMEDY}`);
  if (patches && (patches.dim !== embedding.dim || !patches.grid)) {
    throw new Error(
      `${file}: "patches" needs a grid and the dim of "embedding" (${embedding.dim}). ${ENCODER_REMEDY}`,
    );
  }

  const modelFile = join(folder, 'model.onnx');
  const found = Buffer.from(await webcrypto.subtle.digest('SHA-256', await read(modelFile))).toString('hex');
  const expected = manifest.files['model.onnx'].sha256;
  if (found !== expected) {
    throw new Error(
      `${modelFile} has the SHA-256 ${found}, but its model.json says ${expected}: the file is damaged or belongs to another version. Copy it again. ${ENCODER_REMEDY}`,
    );
  }

  const { name, size, scale, mean, std } = manifest.input;
  return {
    id: `${manifest.name}@${manifest.version}+lab${COLOR_NUMBERS}`,
    input: { name, size, scale, mean, std },
    dimension: embedding.dim + COLOR_NUMBERS,
    embeddingDimension: embedding.dim,
    grid: patches?.grid && { rows: patches.grid[0], columns: patches.grid[1] },
    modelFile,
  };
}

function parseManifest(file: string, text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is not JSON. ${ENCODER_REMEDY}`, { cause });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new Error(
      `${file} does not describe an encoder:\n${z.prettifyError(parsed.error)}\n${ENCODER_REMEDY}`,
    );
  }
  return parsed.data;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Error(`${file} cannot be read. ${ENCODER_REMEDY}`, { cause });
  }
}
