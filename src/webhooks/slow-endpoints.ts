/** A turn that takes longer is slow: its endpoint answers late, or has many messages. */
const SLOW_TURN_MS = 2_000;

/**
 * Lets the endpoints whose last turn was slow have only some of the lanes at once. Those that take no time find one of the
 * others free.
 */
export class SlowEndpoints {
  readonly #ids = new Set<number>();

  constructor(private free: number) {}

  /**
   * Runs a turn of the endpoint that `claim` returns, which must be none of those that it is given. Returns whether there
   * was one.
   */
  async turn<Claim extends { readonly id: number }>(
    claim: (except: readonly number[]) => Promise<Claim | null>,
    serve: (claimed: Claim) => Promise<void>,
  ): Promise<boolean> {
    let mayBeSlow = this.free > 0;
    if (mayBeSlow) this.free -= 1;
    const giveBack = (): void => {
      if (mayBeSlow) this.free += 1;
      mayBeSlow = false;
    };
    try {
      const claimed = await claim(mayBeSlow ? [] : [...this.#ids]);
      if (claimed === null) return false;
      if (!this.#ids.has(claimed.id)) giveBack();
      const start = performance.now();
      try {
        await serve(claimed);
      } finally {
        if (performance.now() - start > SLOW_TURN_MS) this.#ids.add(claimed.id);
        else this.#ids.delete(claimed.id);
      }
      return true;
    } finally {
      giveBack();
    }
  }
}
