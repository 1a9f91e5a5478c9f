import { z } from 'zod';
import { LabelKind } from './label.types.js';

const kindModel = z.object({
  /** Of nothing, of the vote's odds and of the familiarity of the image. */
  weights: z.tuple([z.number(), z.number(), z.number()]),
  /** Expected calibration error on products that the fit had not seen. */
  calibrationError: z.number(),
  products: z.number(),
});

/** How votes over this catalog become confidences, and where its ground ends; fitted by `fitLabels`. */
export const labelModel = z.object({
  /** The catalog that it was fitted to. */
  products: z.number(),
  lastProduct: z.number(),
  /** An image that is less familiar shows nothing that the catalog knows. */
  minFamiliarity: z.number(),
  /** What is less like an image is no substitute for what it shows. */
  minNearness: z.number(),
  /** A kind that too few products know is left out. */
  kinds: z.partialRecord(z.enum(LabelKind), kindModel),
});
export type LabelModel = z.infer<typeof labelModel>;
