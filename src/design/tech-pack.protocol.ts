import { z } from 'zod';
import type { Design as Garment } from '../garment/design.js';
import { figures } from './tech-pack/body.js';

/** The formats of the files. */
export const techPackFormats = ['json', 'svg', 'dxf', 'pdf'] as const;

const techPackJob = z.object({
  // Of this process, and as checked before.
  garment: z.custom<Garment>((value) => typeof value === 'object' && value !== null),
  format: z.enum(techPackFormats),
  /** Whose sizes. */
  figure: z.enum(figures),
  /** For formats that have one size, which; null: the middle one. */
  size: z.string().nullable(),
});

/** Which file of a garment is to be written. */
export type TechPackJob = z.infer<typeof techPackJob>;

/** The message to the thread. */
export const techPackJobs = z.array(techPackJob);

const writtenTechPack = z.object({
  /** Why the garment cannot be cut; null when it can. */
  reason: z.string().nullable(),
  /** Smallest first; empty when it cannot be cut. */
  sizes: z.array(z.string()),
  /** The file; null when it cannot be cut, or not in this size. A value of another thread is no `instanceof`. */
  bytes: z.custom<Uint8Array<ArrayBuffer>>((value) => ArrayBuffer.isView(value)).nullable(),
});
export type WrittenTechPack = z.infer<typeof writtenTechPack>;

/** The thread's answer to each job. */
export const writtenTechPacks = z.array(writtenTechPack);
