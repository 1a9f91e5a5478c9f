import { z } from 'zod';
import { OperatorError } from '../platform/operator-error.js';
import { framing } from './framing.js';
import { trustModel } from './trust.js';

/** What to do about an encoder that cannot be used. */
export const ENCODER_REMEDY =
  'Set VITRINE_ENCODER to a folder with a model.json and its model.onnx, or with an ONNX model as Hugging Face has it (docs/encoders.md), or unset it to use the default encoder.';

/** An encoder's folder cannot be used. The message names the file, the field if there is one, and the remedy. */
export class EncoderFolderError extends OperatorError {
  readonly file: string;
  /** The path of a field in the file, or the name of an input or output of a graph; null: the file as a whole. */
  readonly field: string | null;
  readonly remedy: string;

  /** `problem` and `remedy` are sentences; a sentence about a field has it as its subject. */
  constructor(
    {
      file,
      field = null,
      problem,
      remedy = '',
    }: { file: string; field?: string | null; problem: string; remedy?: string },
    options?: ErrorOptions,
  ) {
    const where = field === null ? file : `${file}: "${field}"`;
    const remedies = [remedy, ENCODER_REMEDY].filter(Boolean).join(' ');
    super(`${where} ${problem} ${remedies}`, options);
    this.file = file;
    this.field = field;
    this.remedy = remedies;
  }
}

const triple = z.tuple([z.number(), z.number(), z.number()]);

const encoderInput = z.object({
  /** Name of the graph's input. */
  name: z.string(),
  /** Side of the square input, in pixels. */
  size: z.number(),
  framing,
  scale: z.number(),
  mean: triple,
  std: triple,
});
/** How pixels become the model's input tensor: NCHW float32 RGB of `(pixel * scale - mean) / std`. */
export type EncoderInput = z.infer<typeof encoderInput>;

const encoderOutput = z.object({
  /** Name of the graph's output. */
  name: z.string(),
  /** What of the output is the embedding: all of it, or the first or the mean of its tokens. */
  pooling: z.enum(['none', 'first', 'mean']),
  /** Tokens of an image in the output; 1 without pooling. */
  tokens: z.number(),
});
export type EncoderOutput = z.infer<typeof encoderOutput>;

const textTower = z.object({
  /** Absolute path of the ONNX graph. */
  modelFile: z.string(),
  /** Absolute paths of the tokenizer's files. */
  tokenizerFile: z.string(),
  tokenizerSettingsFile: z.string(),
  /** Names of outputs that can be the embedding; the first that the graph has is. */
  outputs: z.array(z.string()),
  /** Length of the embedding. */
  dimension: z.number(),
  /** Maximum number of tokens. */
  length: z.number(),
  /** Whether shorter texts are filled up to `length`, as models without an attention mask require. */
  isPadded: z.boolean(),
  /** What is done to a text before its tokenizer reads it. */
  cleaning: z.enum(['none', 'lowercase', 'words']),
});
/** The part of a model that embeds texts in the space of its images. */
export type TextTower = z.infer<typeof textTower>;

/** An encoder with its files found and verified. Its workers start with the same data. */
export const encoderManifest = z.object({
  /** `name@version+colors`: vectors of encoders with different ids are not comparable. */
  id: z.string(),
  input: encoderInput,
  output: encoderOutput,
  /** Length of a vector: the model's embedding and the color descriptor. */
  dimension: z.number(),
  /** Length of the model's embedding. */
  embeddingDimension: z.number(),
  /** Cells of the local embeddings, row-major; absent when the encoder has none. */
  grid: z.object({ rows: z.number(), columns: z.number() }).optional(),
  /** The output with the local embeddings, how many of its tokens precede them, and their length. */
  patches: z.object({ name: z.string(), skip: z.number(), dimension: z.number() }).optional(),
  /** The output that tells how suspicious each cell is, its length, and how to read it; absent when there is none. */
  suspicion: z
    .object({
      name: z.string(),
      dimension: z.number(),
      grid: z.object({ rows: z.number(), columns: z.number() }),
      model: trustModel,
    })
    .optional(),
  /** Absolute path of the ONNX graph. */
  modelFile: z.string(),
  /** Maximum images in one run; 1 for a graph that takes no more. */
  maxBatch: z.number(),
  /** Absent when the model embeds only images. */
  text: textTower.optional(),
});
export type EncoderManifest = z.infer<typeof encoderManifest>;
