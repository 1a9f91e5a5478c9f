import { z } from 'zod';
import { BODY_PARTS } from './worn.js';

// Values from another thread may belong to another realm, where `instanceof` fails.
const bytes = z.custom<Uint8Array>((value) => ArrayBuffer.isView(value));
const raster = z.object({ pixels: bytes, width: z.number(), height: z.number() });

const bodyJob = z.discriminatedUnion('task', [
  /** `small` is the same image, on which bodies are measured. */
  z.object({ task: z.literal('people'), image: raster, small: raster }),
  z.object({ task: z.literal('carried'), image: raster }),
  z.object({ task: z.literal('sight'), image: raster }),
]);
export type BodyJob = z.infer<typeof bodyJob>;

/** The message to the worker. */
export const bodyJobs = z.array(bodyJob);

const number = z.number();
const box = z.object({ x: number, y: number, width: number, height: number });
const person = z.object({ worn: z.array(z.object({ part: z.enum(BODY_PARTS), box })) });
const carried = z.object({ box, label: z.string(), confidence: number });

/** The worker's answer to a job. */
export const bodyAnswer = z.object({
  people: z.array(person),
  carried: z.array(carried),
  /** Whether there are people, of the task that asks no more. */
  isPeopled: z.boolean(),
  /** In how many parts of the image people were looked for. */
  parts: z.number(),
});
export type BodyAnswer = z.infer<typeof bodyAnswer>;
