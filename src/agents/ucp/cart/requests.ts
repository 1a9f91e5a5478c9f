import { z } from 'zod';
import { context } from '../products/requests.js';

/** As in `holdCreate`. */
const MAX_LINES = 100;

export const cartRequest = z.looseObject({
  line_items: z
    .array(
      z.looseObject({
        item: z.looseObject({ id: z.string().describe('The id of a variant.') }),
        quantity: z.int().min(1).max(1_000_000),
      }),
    )
    .min(1)
    .max(MAX_LINES)
    .describe('All of the cart, in place of what it had.'),
  context: context.optional(),
});
export type CartRequest = z.infer<typeof cartRequest>;
