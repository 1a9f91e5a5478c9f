import { z } from 'zod';
import type { EncoderManifest } from './manifest.js';

// Values from another thread may belong to another realm, where `instanceof` fails.
const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => ArrayBuffer.isView(value));
const floats = z.custom<Float32Array<ArrayBuffer>>((value) => ArrayBuffer.isView(value));

/** What a worker starts with. */
export const workerManifest: z.ZodType<EncoderManifest> = z.object({
  id: z.string(),
  input: z.object({
    name: z.string(),
    size: z.number(),
    scale: z.number(),
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([z.number(), z.number(), z.number()]),
  }),
  dimension: z.number(),
  embeddingDimension: z.number(),
  grid: z.object({ rows: z.number(), columns: z.number() }).optional(),
  modelFile: z.string(),
});

const encodeJob = z.object({
  /** RGB bytes of the input square, row by row. */
  pixels: bytes,
  /** The part of the square that the image covers, whose colors count; null: return the local embeddings instead. */
  part: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }).nullable(),
});

export type EncodeJob = z.infer<typeof encodeJob>;

/** The message to a worker. */
export const encodeJobs = z.array(encodeJob);

/** A worker's answer: for each job, a vector or the concatenated local embeddings. */
export const encodedVectors = z.array(floats);
