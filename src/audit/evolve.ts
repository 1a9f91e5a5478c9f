import type { Raster } from '../vision/raster.js';

/** A family of pictures that an attacker chooses from by looking at the answers alone. */
export interface Family<Candidate> {
  first(): Candidate;
  /** A variation of the best candidate so far; `spent` is the share of the passes that is spent, from 0 to 1. */
  vary(best: Candidate, spent: number): Candidate;
  render(candidate: Candidate): Raster;
}

/** The best picture so far, and what was answered to it. */
export interface Found<Answer> {
  readonly raster: Raster;
  readonly answer: Answer;
}

export interface Search<Answer> {
  /** Questions that the attacker asks. */
  readonly passes: number;
  readonly ask: (raster: Raster) => Promise<Answer>;
  /** What the attacker wants more of. */
  readonly score: (answer: Answer) => number;
  /** Called with the best picture after each of the passes in `at`. */
  readonly at: readonly number[];
  readonly reached: (found: Found<Answer>) => void;
}

/**
 * A (1+1) evolution strategy: each pass tries a variation of the best picture so far, and the better of the two stays.
 * With a few hundred passes, it gets further than strategies that estimate a gradient, which spend most of them on that.
 * Of two that are equally good, the newer one stays: many pictures have the same regions, and another picture with them
 * may be next to one with others.
 */
export async function evolve<Candidate, Answer>(
  family: Family<Candidate>,
  { passes, ask, score, at, reached }: Search<Answer>,
): Promise<Found<Answer>> {
  const look = async (candidate: Candidate) => {
    const raster = family.render(candidate);
    const answer = await ask(raster);
    return { candidate, raster, answer, score: score(answer) };
  };
  let best = await look(family.first());
  for (let pass = 1; ; pass += 1) {
    if (at.includes(pass)) reached(best);
    if (pass >= passes) return best;
    const next = await look(family.vary(best.candidate, pass / passes));
    if (next.score >= best.score) best = next;
  }
}
