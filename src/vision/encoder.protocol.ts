import { z } from 'zod';

// Values from another thread may belong to another realm, where `instanceof` fails.
const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => ArrayBuffer.isView(value));
const floats = z.custom<Float32Array<ArrayBuffer>>((value) => ArrayBuffer.isView(value));

const encodeJob = z.object({
  /** RGB bytes of the input square, row by row. */
  pixels: bytes,
  /** The part of the square that the image covers, whose colors count; null: return the local embeddings instead. */
  part: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }).nullable(),
});

export type EncodeJob = z.infer<typeof encodeJob>;

/** The message to a worker. */
export const encodeJobs = z.array(encodeJob);

/** A worker's answer to texts. */
export const encodedVectors = z.array(floats);

/** A worker's answer to each job. */
export const encodedImages = z.array(
  z.object({
    /** A vector, or the concatenated local embeddings. */
    numbers: floats,
    /** How suspicious each cell is, row by row (trust.ts); null when the model does not say. */
    suspicion: floats.nullable(),
  }),
);

export type EncodedImage = z.infer<typeof encodedImages>[number];
