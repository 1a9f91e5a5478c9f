import { z } from 'zod';
import { MEASURES, type Outcome } from './measures.js';
import { share, shareOf } from './wilson.js';

/** How often each measure was reached; without the measures that do not apply. */
export const figures = z.partialRecord(z.enum(MEASURES), share);
export type Figures = z.infer<typeof figures>;

export function toFigures(outcomes: readonly Outcome[]): Figures {
  const result: Figures = {};
  for (const measure of MEASURES) {
    const judged = outcomes.flatMap((outcome) => outcome[measure] ?? []);
    if (judged.length > 0) result[measure] = shareOf(judged.filter(Boolean).length, judged.length);
  }
  return result;
}
