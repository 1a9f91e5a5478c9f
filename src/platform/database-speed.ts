/** The time between measurements: load comes and goes within seconds. */
const MEASURED_EVERY_MS = 1_000;

/**
 * How much longer Postgres takes for the same work than when it has nothing else to do. By the clock alone, shoppers would
 * pay for the import, the backup, or the neighbor that slows it down.
 */
export class DatabaseSpeed {
  #best = Infinity;
  #last = 0;
  #measuredAt = -Infinity;
  #isMeasuring = false;

  /**
   * `measure` resolves to the milliseconds that the same work takes now. The first one is likely to be on an idle Postgres.
   */
  constructor(private readonly measure: () => Promise<number>) {}

  /** From 1 up, as measured last; 1 before that. Starts the next measurement if the last one is old. */
  slowness(): number {
    this.#refresh();
    return Math.max(1, this.#last / this.#best);
  }

  #refresh(): void {
    const now = performance.now();
    // One that takes long is enough: more of them would take connections from those who wait for them.
    if (this.#isMeasuring || now - this.#measuredAt < MEASURED_EVERY_MS) return;
    this.#measuredAt = now;
    this.#isMeasuring = true;
    this.measure()
      .then(
        (ms) => {
          // The clock of Postgres may have been set back.
          if (ms <= 0) return;
          this.#last = ms;
          this.#best = Math.min(this.#best, ms);
        },
        // Whoever needs Postgres hears of it.
        () => undefined,
      )
      .finally(() => (this.#isMeasuring = false));
  }
}
