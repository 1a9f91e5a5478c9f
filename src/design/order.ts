import { z } from 'zod';
import { garmentTypes, type Design as Garment } from '../garment/design.js';

/** The engines, as `design_jobs.engine` names them. */
export enum DesignEngineName {
  LOCAL = 'LOCAL',
  DIFFUSION = 'DIFFUSION',
}

export const MAX_DESIGNS = 4;

const words = z.array(z.string()).readonly();

/** What a garment must be like. An empty list allows everything. */
export const wanted = z.object({
  types: z.array(z.enum(garmentTypes)).readonly(),
  /** Every color of the fabric is one of these ("#rrggbb"). */
  colors: words,
  materials: words,
  patterns: words,
  silhouettes: words,
  sleeves: words,
  necklines: words,
  lengths: words,
});

export type Wanted = z.infer<typeof wanted>;

/** A garment as it is stored: the parameters that the renderer takes. */
export const storedGarment = z.custom<Garment>(
  (value) =>
    z
      .object({ type: z.enum(garmentTypes) })
      .loose()
      .safeParse(value).success,
);

/** What a job stores of its order, beside the vectors. */
export const storedOrder = z.object({
  wanted,
  /** The highest estimated price in minor units of `currency`; null: any. */
  maxPrice: z.number().nullable(),
  currency: z.string(),
  seed: z.string(),
  count: z.int().min(1).max(MAX_DESIGNS),
  prompt: z.string(),
  negativePrompt: z.string(),
  palette: words,
  /** Pictures to start from: SHA-256 in hex, and whether they are of the catalog. */
  exemplars: z.array(z.object({ sha256: z.string(), isOfCatalog: z.boolean() })),
  /** The products that are most like the aims: their images, and what they cost in minor units. */
  known: z.array(z.object({ product: z.number(), image: z.number(), price: z.number().nullable() })),
});
export type StoredOrder = z.infer<typeof storedOrder>;

/** A product that is near the aims. */
export interface KnownProduct {
  readonly product: number;
  readonly vector: Float32Array;
  readonly price: number | null;
}

/** What an engine is to design. */
export interface Order extends Omit<StoredOrder, 'known'> {
  /** What the designs are to look like, the main direction first; those of later designs repeat them. */
  readonly toward: readonly Float32Array[];
  readonly away: readonly Float32Array[];
  readonly known: readonly KnownProduct[];
}

/** The highest cosine of a design to a product, so that no design is a copy of one: those of colorways of one garment are higher. */
export const MAX_LIKENESS = 0.97;
/** The highest cosine of two designs of one job. */
export const MAX_SAMENESS = 0.95;
