import { z } from 'zod';
import { storedGarment, wanted } from '../order.js';

// Values from another process may belong to another realm, where `instanceof` fails.
const floats = z.custom<Float32Array>((value) => ArrayBuffer.isView(value));
const bytes = z.custom<Uint8Array>((value) => ArrayBuffer.isView(value));

/** What the process is started with. */
export const localSettings = z.object({
  /** The encoder's folder. */
  encoder: z.string(),
  threads: z.int().positive(),
});
export type LocalSettings = z.infer<typeof localSettings>;

/** An order to the process. It works on one at a time. */
export const localOrder = z.object({
  wanted,
  toward: z.array(floats),
  away: z.array(floats),
  known: z.array(z.object({ vector: floats, price: z.number().nullable() })),
  maxPrice: z.number().nullable(),
  seed: z.string(),
  count: z.int().positive(),
});
export type LocalOrder = z.infer<typeof localOrder>;

const drawn = z.object({ position: z.int(), garment: storedGarment, picture: bytes });

/** What the process says. */
export const localMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('progress'), share: z.number() }),
  drawn.extend({ kind: z.literal('draft'), score: z.number() }),
  z.object({ kind: z.literal('done'), designs: z.array(drawn) }),
  /** `refused`: the order cannot be met, and why; otherwise the process failed. */
  z.object({ kind: z.literal('failed'), message: z.string(), refused: z.boolean() }),
]);
export type LocalMessage = z.infer<typeof localMessage>;
