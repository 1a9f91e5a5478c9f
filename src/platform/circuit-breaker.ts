import type { Logger } from './logging.js';

/** The circuit is open: the call was not made. The cause is the failure that opened it. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';

  constructor(cause: unknown) {
    super('the last calls failed, and it is not yet time to try again', { cause });
  }
}

export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit. */
  readonly failures: number;
  /** How long it stays open before one call tries whether the fault is over. */
  readonly openMs: number;
  /** Whether an error shows that the other side is failing. With any other error it works. */
  readonly isFault: (error: unknown) => boolean;
  readonly log: Pick<Logger, 'info' | 'warn'> | undefined;
  /** Logged once when the circuit opens, with the error, and once when it is closed again. */
  readonly says: { readonly failing: string; readonly recovered: string };
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/**
 * Stops calls to something that fails: after some failures in a row, calls fail at once. From time to time, a single
 * call is let through, and its outcome decides for all others. Each call must settle by itself.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #now: () => number;
  #failures = 0;
  /** Null while the circuit is closed. */
  #opened: { readonly by: unknown; readonly at: number } | null = null;
  #isProbing = false;
  /** Changes whenever the circuit opens or closes. Calls that began before that no longer count. */
  #era = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get isOpen(): boolean {
    return this.#opened !== null;
  }

  /** @throws CircuitOpen, or what the call throws */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#opened === null) return this.#observe(call);
    if (this.#isProbing || this.#now() - this.#opened.at < this.#options.openMs)
      throw new CircuitOpen(this.#opened.by);
    this.#isProbing = true;
    try {
      return await this.#observe(call);
    } finally {
      this.#isProbing = false;
    }
  }

  async #observe<T>(call: () => Promise<T>): Promise<T> {
    const era = this.#era;
    try {
      const result = await call();
      this.#succeed(era);
      return result;
    } catch (error) {
      if (this.#options.isFault(error)) this.#fail(era, error);
      else this.#succeed(era);
      throw error;
    }
  }

  #succeed(era: number): void {
    if (era !== this.#era) return;
    this.#failures = 0;
    if (this.#opened === null) return;
    this.#opened = null;
    this.#era += 1;
    this.#options.log?.info(this.#options.says.recovered);
  }

  #fail(era: number, err: unknown): void {
    if (era !== this.#era) return;
    this.#failures += 1;
    if (this.#opened !== null) {
      this.#opened = { by: err, at: this.#now() };
    } else if (this.#failures >= this.#options.failures) {
      this.#opened = { by: err, at: this.#now() };
      this.#era += 1;
      this.#options.log?.warn({ err }, this.#options.says.failing);
    }
  }
}
