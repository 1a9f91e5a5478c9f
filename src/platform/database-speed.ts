/** A measurement counts for this long: load comes and goes within seconds. */
const MEASURED_FOR_MS = 1_000;

/**
 * How much longer Postgres takes for the same work than when it has nothing else to do. By the clock alone, shoppers would
 * pay for the import, the backup, or the neighbor that slows it down.
 */
export class DatabaseSpeed {
  #best = Infinity;
  #last = 0;
  #measuredAt = -Infinity;

  /** `measure` resolves to the milliseconds that the same work takes now. The first one is likely to be on an idle Postgres. */
  constructor(private readonly measure: () => Promise<number>) {}

  /** From 1 up, as measured last; 1 before that. Starts the next measurement if the last one is old. */
  slowness(): number {
    this.#refresh();
    return Math.max(1, this.#last / this.#best);
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#measuredAt < MEASURED_FOR_MS) return;
    this.#measuredAt = now;
    this.measure().then(
      (ms) => {
        this.#last = ms;
        this.#best = Math.min(this.#best, ms);
      },
      // Whoever needs Postgres hears of it.
      () => undefined,
    );
  }
}
