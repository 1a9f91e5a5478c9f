/**
 * Brings products up to date in something beside SQL: a few at once, each product one update at a time, and changes
 * that come while it waits in one update.
 */
export class Updates {
  readonly #concurrency: number;
  readonly #update: (product: number) => Promise<void>;
  readonly #waiting = new Set<number>();
  readonly #running = new Map<number, Promise<void>>();
  #failure: { readonly reason: unknown } | null = null;

  constructor(concurrency: number, update: (product: number) => Promise<void>) {
    this.#concurrency = concurrency;
    this.#update = update;
  }

  /** @throws what an earlier update threw */
  add(product: number): void {
    if (this.#failure !== null) throw this.#failure.reason;
    this.#waiting.add(product);
    this.#startNext();
  }

  /** Resolves once all are up to date. @throws what an update threw */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
    if (this.#failure !== null) throw this.#failure.reason;
  }

  #startNext(): void {
    for (const product of this.#waiting) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(product)) continue;
      this.#waiting.delete(product);
      const done = this.#update(product)
        .catch((reason: unknown) => void (this.#failure ??= { reason }))
        .finally(() => {
          this.#running.delete(product);
          this.#startNext();
        });
      this.#running.set(product, done);
    }
  }
}
