import { z } from 'zod';
import { AvailabilityFilter } from '../catalog/product-filter.types.js';
import type { ProductCondition } from '../catalog/product-filter.js';

const named = z.array(z.object({ name: z.string(), values: z.array(z.string()) }));
const choice = z.array(z.string()).nullable();

/** A checked filter as `watches.condition` has it. Products to leave out are in a column of their own. */
export const storedCondition: z.ZodType<ProductCondition> = z.object({
  minAmount: z.number().nullable(),
  maxAmount: z.number().nullable(),
  onSale: z.boolean().nullable(),
  options: named,
  availability: z.enum(AvailabilityFilter),
  quantity: z.number(),
  categories: choice,
  brands: choice,
  attributes: named,
  gtins: choice,
  createdAfter: z.string().nullable(),
  excludedKeys: z.array(z.number()),
  locationKey: z.number().nullable(),
});
