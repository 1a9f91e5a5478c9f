import type { Raster } from '../vision/raster.js';

/** A family of pictures that an attacker chooses from by looking at the answers alone. */
export interface Family<Candidate> {
  first(): Candidate;
  /** A variation of the best candidate so far; `spent` is the share of the passes that is spent, from 0 to 1. */
  vary(best: Candidate, spent: number): Candidate;
  render(candidate: Candidate): Raster;
}

/** The best picture so far, and its vector. */
export interface Found {
  readonly raster: Raster;
  readonly vector: Float32Array;
}

export interface Search {
  /** Passes of the encoder; each is one question that the attacker asks. */
  readonly passes: number;
  readonly encode: (raster: Raster) => Promise<Float32Array>;
  /** What the attacker wants more of. */
  readonly score: (vector: Float32Array) => number;
  /** Called with the best picture after each of the passes in `at`. */
  readonly at: readonly number[];
  readonly reached: (found: Found) => void;
}

/**
 * A (1+1) evolution strategy: each pass tries a variation of the best picture so far, and the better of the two stays.
 * With a few hundred passes, it gets further than strategies that estimate a gradient, which spend most of them on that.
 */
export async function evolve<Candidate>(
  family: Family<Candidate>,
  { passes, encode, score, at, reached }: Search,
): Promise<Found> {
  const look = async (candidate: Candidate) => {
    const raster = family.render(candidate);
    const vector = await encode(raster);
    return { candidate, raster, vector, score: score(vector) };
  };
  let best = await look(family.first());
  for (let pass = 1; ; pass += 1) {
    if (at.includes(pass)) reached(best);
    if (pass >= passes) return best;
    const next = await look(family.vary(best.candidate, pass / passes));
    if (next.score > best.score) best = next;
  }
}
