import { z } from 'zod';

/** What makes a picture suspicious. */
export const TRUST_REASONS = ['patch', 'noise'] as const;
export type TrustReason = (typeof TRUST_REASONS)[number];

/** How much a picture looks as if it was made to deceive the encoder. */
export interface Trust {
  /** About the share of ordinary photographs that look at least as unusual: 1 for the most usual, 0.001 for one in a thousand. */
  readonly score: number;
  /** Null when it looks ordinary enough. */
  readonly reason: TrustReason | null;
}

const reasonModel = z.object({
  row: z.int().min(0),
  /** From this score on, a picture is suspicious. */
  threshold: z.number(),
  /** Scores of ordinary photographs: deciles from 0 % to 90 %, and the mean distance of those above to the last. */
  clean: z.object({ deciles: z.array(z.number()).length(10), tail: z.number().positive() }),
});

/** `trust.json` beside a model: how its output `suspicion` is read (training/robustness). */
export const trustModel = z.object({
  encoder: z.string(),
  output: z.literal('suspicion'),
  reasons: z.object({ patch: reasonModel, noise: reasonModel }),
});
export type TrustModel = z.infer<typeof trustModel>;

/**
 * What the suspicion of an image's cells says. `suspicion` has a row of cells for each reason. A patch shows in its most
 * suspicious cell, and noise in all of them.
 */
export function trustOf(model: TrustModel, suspicion: Float32Array): Trust {
  const { reasons } = model;
  const noise = cellsOf(model, 'noise', suspicion);
  const scores: Record<TrustReason, number> = {
    patch: Math.max(...patchCells(model, suspicion)),
    noise: noise.reduce((sum, score) => sum + score, 0) / noise.length,
  };
  const excess = (reason: TrustReason): number => scores[reason] - reasons[reason].threshold;
  const strongest = excess('noise') > excess('patch') ? 'noise' : 'patch';
  const rarest = Math.min(rarity(reasons.patch, scores.patch), rarity(reasons.noise, scores.noise));
  return {
    // A photograph has two chances to look unusual (Šidák's correction, as if they were independent).
    score: 1 - (1 - rarest) ** 2,
    reason: excess(strongest) > 0 ? strongest : null,
  };
}

/** How much each cell looks like a patch, row by row. */
export const patchCells = (model: TrustModel, suspicion: Float32Array): Float32Array =>
  cellsOf(model, 'patch', suspicion);

function cellsOf({ reasons }: TrustModel, reason: TrustReason, suspicion: Float32Array): Float32Array {
  const cells = suspicion.length / Object.keys(reasons).length;
  const { row } = reasons[reason];
  return suspicion.subarray(row * cells, (row + 1) * cells);
}

/** The share of ordinary photographs with at least this score; beyond the deciles, it falls exponentially. */
function rarity({ clean: { deciles, tail } }: z.infer<typeof reasonModel>, score: number): number {
  const last = deciles.length - 1;
  const above = score - (deciles[last] ?? 0);
  if (above > 0) return (1 - last / deciles.length) * Math.exp(-above / tail);
  const next = deciles.findIndex((decile) => decile > score);
  if (next === 0) return 1;
  // A score that equals the last decile is above none.
  const at = next === -1 ? last : next - 1;
  const [from = 0, to = from] = [deciles[at], deciles[at + 1]];
  const share = to > from ? (score - from) / (to - from) : 0;
  return 1 - (at + share) / deciles.length;
}
