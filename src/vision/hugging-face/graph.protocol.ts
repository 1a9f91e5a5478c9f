import { z } from 'zod';

/** What a graph says of one of its inputs: a free dimension is a name. */
const graphInput = z.object({
  name: z.string(),
  type: z.string(),
  shape: z.array(z.union([z.number(), z.string()])),
});

/** What a graph says of itself, and what it returned for one black image. */
export const graphFacts = z.object({
  inputs: z.array(graphInput),
  outputs: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      /** Null when the graph was not run, because it takes more than an image. */
      dims: z.array(z.number()).nullable(),
    }),
  ),
});
export type GraphFacts = z.infer<typeof graphFacts>;

/** The message to the process: the file, and the side of the image. */
export const graphQuestion = z.object({ file: z.string(), size: z.number() });

/** Its answer. */
export const graphAnswer = z.union([graphFacts, z.object({ failed: z.string() })]);
