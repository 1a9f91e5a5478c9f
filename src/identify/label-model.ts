import { z } from 'zod';
import { LabelKind } from './label.types.js';

const kindModel = z.object({
  /** The constant term, and the weights of the vote's odds and of the image's familiarity. */
  weights: z.tuple([z.number(), z.number(), z.number()]),
  /** Expected calibration error on products that the fit had not seen. */
  calibrationError: z.number(),
  products: z.number(),
});

/** How votes over this catalog become confidences, and what counts as familiar; fitted by `fitLabels`. */
export const labelModel = z.object({
  /** Number of products that it was fitted to. */
  products: z.number(),
  lastProduct: z.number(),
  /** The COLOR_SHARE that it was fitted with. */
  colorShare: z.number(),
  /** A less familiar image shows nothing that the catalog knows. */
  minFamiliarity: z.number(),
  /** A product that is less similar to an image is no substitute for what it shows. */
  minNearness: z.number(),
  /** Kinds that too few products have are left out. */
  kinds: z.partialRecord(z.enum(LabelKind), kindModel),
});
export type LabelModel = z.infer<typeof labelModel>;
