import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { COLOR_NUMBERS } from '../color-descriptor.js';
import { EncoderFolderError, type EncoderManifest, type EncoderOutput } from '../encoder-manifest.js';
import { digestOf, findGraph, namesOf } from './files.js';
import { inspectGraph } from './graph.js';
import type { GraphFacts } from './graph.protocol.js';
import { readPreprocessor } from './preprocessor.js';
import { readJson } from './read-json.js';
import { readTextTower } from './text-tower.js';

/** Characters of a digest that two versions of a model do not share by chance. */
const DIGEST_CHARACTERS = 12;

const configSchema = z.looseObject({
  model_type: z.string().regex(/^[\w-]+$/),
  patch_size: z.int().positive().nullish(),
  num_register_tokens: z.int().nonnegative().nullish(),
});
type ModelConfig = z.infer<typeof configSchema>;

/** Models whose tokens are good local embeddings by themselves. */
const LOCAL_EMBEDDINGS: ReadonlySet<string> = new Set(['dinov2', 'dinov2_with_registers', 'dinov3_vit']);

/** Whether a folder is one as Hugging Face has it, and not one of this project. */
export async function isHuggingFaceFolder(folder: string): Promise<boolean> {
  const has = (name: string): Promise<boolean> =>
    access(join(folder, name)).then(
      () => true,
      () => false,
    );
  return !(await has('model.json')) && (await has('config.json'));
}

/**
 * Reads an encoder as Hugging Face has it: config.json, preprocessor_config.json, a graph, and for models that know
 * texts, text_model.onnx and tokenizer.json. The graph is run once.
 *
 * @throws EncoderFolderError naming the file, the field, and the remedy
 */
export async function readHuggingFaceFolder(folder: string, maxBatch: number): Promise<EncoderManifest> {
  const config = await readJson(join(folder, 'config.json'), configSchema);
  const prepared = await readPreprocessor(join(folder, 'preprocessor_config.json'));
  const modelFile = await findGraph(folder, ['vision_model', 'model']);
  if (modelFile === null)
    throw new EncoderFolderError({
      file: join(folder, 'onnx'),
      problem: 'has no graph.',
      remedy: `It needs one of ${namesOf('vision_model')}, or the same names with model.`,
    });
  const facts = await inspectGraph(modelFile, prepared.size);
  const input = readInput(modelFile, facts, prepared.size);
  const found = readOutput({ folder, modelFile, config, facts, size: prepared.size });
  const text = await readTextTower(folder, config.model_type, found.dimension);
  const digest = await digestOf(modelFile, [prepared, found]);
  return {
    id: `${config.model_type}@${digest.slice(0, DIGEST_CHARACTERS)}+lab${COLOR_NUMBERS}`,
    input: { ...prepared, name: input.name },
    output: found.output,
    dimension: found.dimension + COLOR_NUMBERS,
    embeddingDimension: found.dimension,
    ...found.local,
    modelFile,
    maxBatch: typeof input.shape[0] === 'number' ? 1 : maxBatch,
    text,
  };
}

/** @throws EncoderFolderError unless the graph takes images, and only images, of this size */
function readInput(file: string, { inputs }: GraphFacts, size: number): GraphFacts['inputs'][number] {
  const input = inputs.find(({ name }) => name === 'pixel_values') ?? inputs[0];
  const other = inputs.find((one) => one !== input);
  if (input === undefined)
    throw new EncoderFolderError({
      file,
      problem: 'has no inputs.',
      remedy: 'Export the tower of the images again (models/export_encoder.py writes it).',
    });
  if (other !== undefined)
    throw new EncoderFolderError({
      file,
      field: other.name,
      problem: 'is an input beside the image.',
      remedy: 'Use vision_model.onnx, the tower of the images alone (models/export_encoder.py writes it).',
    });
  if (input.type !== 'float32')
    throw new EncoderFolderError({
      file,
      field: input.name,
      problem: `takes ${input.type} where float32 is needed.`,
      remedy: 'Use another variant of the graph, or export it so that its inputs and outputs stay float32.',
    });
  const [batch, channels, height, width] = input.shape;
  if (input.shape.length !== 4 || (typeof channels === 'number' && channels !== 3))
    throw new EncoderFolderError({
      file,
      field: input.name,
      problem: `has the shape [${input.shape.join(', ')}], and images are [batch, 3, height, width].`,
      remedy: 'Export the tower of the images again (models/export_encoder.py writes it).',
    });
  if (typeof batch === 'number' && batch !== 1)
    throw new EncoderFolderError({
      file,
      field: input.name,
      problem: `takes exactly ${batch} images at once.`,
      remedy: 'Export it with a free first dimension, or for one image.',
    });
  for (const side of [height, width]) {
    if (typeof side === 'number' && side !== size)
      throw new EncoderFolderError({
        file,
        field: input.name,
        problem: `takes images of ${side} pixels, and preprocessor_config.json makes them ${size} pixels large.`,
        remedy: 'Set size or crop_size there, or export the graph for that size.',
      });
  }
  return input;
}

interface FoundOutput {
  readonly output: EncoderOutput;
  /** Length of the embedding. */
  readonly dimension: number;
  readonly local: Pick<EncoderManifest, 'grid' | 'patches'>;
}

/** Chooses the output that is the embedding: image_embeds, else pooler_output, else from last_hidden_state. */
function readOutput({
  folder,
  modelFile: file,
  config,
  facts,
  size,
}: {
  readonly folder: string;
  readonly modelFile: string;
  readonly config: ModelConfig;
  readonly facts: GraphFacts;
  readonly size: number;
}): FoundOutput {
  const float = facts.outputs.filter(({ type }) => type === 'float32');
  const dimsOf = (name: string): readonly number[] | null =>
    float.find((output) => output.name === name)?.dims ?? null;
  const tokens = readTokens(config, dimsOf('last_hidden_state'), size);
  const local = tokens !== null && LOCAL_EMBEDDINGS.has(config.model_type) ? localOf(tokens) : {};
  for (const name of config.model_type === 'clip' ? ['image_embeds'] : ['image_embeds', 'pooler_output']) {
    const [, dimension, ...ones] = dimsOf(name) ?? [];
    // Convolutional networks pool to a map of one pixel.
    if (dimension !== undefined && ones.every((side) => side === 1))
      return { output: { name, pooling: 'none', tokens: 1 }, dimension, local };
  }
  if (tokens !== null && !['clip', 'siglip'].includes(config.model_type)) {
    const { before, cells, dimension } = tokens;
    const output = { name: 'last_hidden_state', tokens: before + cells ** 2 };
    return { output: { ...output, pooling: before > 0 ? 'first' : 'mean' }, dimension, local };
  }
  throw new EncoderFolderError({
    file,
    field: facts.outputs.map(({ name }) => name).join(', '),
    problem: `is no embedding of an image that is known for the model_type ${config.model_type} of ${join(folder, 'config.json')}.`,
    remedy:
      'Export the graph with float32 image_embeds or pooler_output (CLIP: image_embeds); models/export_encoder.py does.',
  });
}

interface ImageTokens {
  /** Tokens before those of the image: the class and the registers. */
  readonly before: number;
  /** Patches of a side. */
  readonly cells: number;
  readonly dimension: number;
}

/** Reads `last_hidden_state` as tokens; null unless config.json says enough to tell the patches from the rest. */
function readTokens(
  { patch_size: patch, num_register_tokens: registers }: ModelConfig,
  dims: readonly number[] | null,
  size: number,
): ImageTokens | null {
  const [, count, dimension, ...more] = dims ?? [];
  if (patch == null || count === undefined || dimension === undefined || more.length > 0) return null;
  const cells = Math.floor(size / patch);
  const before = count - cells ** 2;
  return before === 0 || before === 1 + (registers ?? 0) ? { before, cells, dimension } : null;
}

const localOf = ({ before, cells, dimension }: ImageTokens): FoundOutput['local'] => ({
  grid: { rows: cells, columns: cells },
  patches: { name: 'last_hidden_state', skip: before, dimension },
});
