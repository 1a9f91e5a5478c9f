import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { OperatorError } from '../platform/operator-error.js';
import { COLOR_NUMBERS } from './color-descriptor.js';
import { ENCODER_REMEDY, type EncoderManifest } from './encoder-manifest.js';
import { PAD } from './framing.js';
import { isHuggingFaceFolder, readHuggingFaceFolder } from './hugging-face/folder.js';
import { trustModel } from './trust.js';

/**
 * Images in one run of the model. On one thread, a batch costs as much as its images do one by one (from 1 to 16, the
 * same within the noise); it saves the thread's wait for the event loop between two images. More would delay the
 * first image.
 */
const MAX_BATCH = 4;

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
 * Reads and verifies an encoder's folder: `model.json` against its schema, and `model.onnx` against its checksum; or, in
 * a folder as Hugging Face has it, the configuration against the graph.
 *
 * @throws OperatorError naming the file, what is wrong with it, and the remedy
 */
export async function readManifest(directory: string | URL): Promise<EncoderManifest> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  return (await isHuggingFaceFolder(folder))
    ? readHuggingFaceFolder(folder, MAX_BATCH)
    : readOwnFolder(folder);
}

async function readOwnFolder(folder: string): Promise<EncoderManifest> {
  const file = join(folder, 'model.json');
  const manifest = parse(file, 'an encoder', manifestSchema, (await read(file)).toString('utf8'));

  const embedding = manifest.outputs.find((output) => output.name === 'embedding');
  const patches = manifest.outputs.find((output) => output.name === 'patches');
  if (!embedding) throw new OperatorError(`${file} names no output "embedding". ${ENCODER_REMEDY}`);
  if (patches && (patches.dim !== embedding.dim || !patches.grid)) {
    throw new OperatorError(
      `${file}: "patches" needs a grid and the dim of "embedding" (${embedding.dim}). ${ENCODER_REMEDY}`,
    );
  }

  const suspicion = manifest.outputs.find((output) => output.name === 'suspicion');
  const trustFile = join(folder, 'trust.json');
  const trust =
    suspicion &&
    parse(trustFile, 'how to read "suspicion"', trustModel, (await read(trustFile)).toString('utf8'));
  if (trust && trust.encoder !== `${manifest.name}@${manifest.version}`) {
    throw new OperatorError(
      `${trustFile} is for ${trust.encoder}, but model.json describes ${manifest.name}@${manifest.version}. Copy the files of one version, or remove the output "suspicion" from model.json. ${ENCODER_REMEDY}`,
    );
  }
  const [rows = 0, columns = 0] = suspicion?.grid ?? [];
  const reasons = Object.keys(trust?.reasons ?? {}).length;
  if (suspicion && suspicion.dim !== reasons * rows * columns) {
    throw new OperatorError(
      `${file}: "suspicion" needs a grid, and ${reasons} numbers (dim) for each of its cells. ${ENCODER_REMEDY}`,
    );
  }

  const modelFile = join(folder, 'model.onnx');
  const found = Buffer.from(await webcrypto.subtle.digest('SHA-256', await read(modelFile))).toString('hex');
  const expected = manifest.files['model.onnx'].sha256;
  if (found !== expected) {
    throw new OperatorError(
      `${modelFile} has the SHA-256 ${found}, but its model.json says ${expected}: the file is damaged or belongs to another version. Copy it again. ${ENCODER_REMEDY}`,
    );
  }

  const { name, size, scale, mean, std } = manifest.input;
  return {
    id: `${manifest.name}@${manifest.version}+lab${COLOR_NUMBERS}`,
    input: { name, size, framing: PAD, scale, mean, std },
    output: { name: 'embedding', pooling: 'none', tokens: 1 },
    dimension: embedding.dim + COLOR_NUMBERS,
    embeddingDimension: embedding.dim,
    grid: patches?.grid && { rows: patches.grid[0], columns: patches.grid[1] },
    patches: patches && { name: 'patches', skip: 0, dimension: patches.dim },
    suspicion: suspicion &&
      trust && { name: 'suspicion', dimension: suspicion.dim, grid: { rows, columns }, model: trust },
    modelFile,
    maxBatch: MAX_BATCH,
  };
}

function parse<Parsed>(file: string, what: string, schema: z.ZodType<Parsed>, text: string): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new OperatorError(`${file} is not JSON. ${ENCODER_REMEDY}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new OperatorError(
      `${file} does not describe ${what}:\n${z.prettifyError(parsed.error)}\n${ENCODER_REMEDY}`,
    );
  }
  return parsed.data;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new OperatorError(`${file} cannot be read. ${ENCODER_REMEDY}`, { cause });
  }
}
