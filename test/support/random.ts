/** A seeded sequence of numbers in [0, 1) (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often, or how long, a proof runs: the variable's value, or the default for CI. */
export function proofSize(variable: string, usual: number): number {
  const given = Number(process.env[variable] ?? usual);
  if (!(given > 0)) throw new Error(`${variable} must be a number above 0`);
  return given;
}
