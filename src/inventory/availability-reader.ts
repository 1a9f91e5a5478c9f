import type { Sku } from '../catalog/sku.types.js';

/** An SKU in one channel, as it was read last, for all who watch it. */
export interface WatchedSku {
  readonly key: number;
  /** Null before it has been read. */
  sku: Sku | null;
  /** What shoppers see of it: what differs in nothing else is the same. */
  state: string;
  /** Whether the channel offered it when it was read last. */
  offered: boolean;
  readonly readers: Set<AvailabilityReader>;
}

/**
 * One subscription: first every SKU as it is, then each whose state is not the one that was taken last. It holds which
 * SKUs these are and never a queue of states, so that a slow reader gets the newest one of each, and costs no more
 * than a quick one.
 */
export class AvailabilityReader implements AsyncIterableIterator<Sku> {
  readonly #watched: ReadonlyMap<number, WatchedSku>;
  /** What was taken last, by SKU. */
  readonly #told = new Map<number, string>();
  /** SKUs to look at, those that have waited longest first. */
  readonly #changed = new Set<number>();
  readonly #onEnd: () => void;
  #waiting: PromiseWithResolvers | null = null;
  #ended = false;
  #failure: Error | null = null;

  constructor(watched: ReadonlyMap<number, WatchedSku>, onEnd: () => void) {
    this.#watched = watched;
    this.#onEnd = onEnd;
  }

  get watched(): Iterable<WatchedSku> {
    return this.#watched.values();
  }

  /** Says that the state of this SKU may be another one. */
  changed(key: number): void {
    this.#changed.add(key);
    const waiting = this.#waiting;
    if (waiting === null) return;
    const sku = this.#take();
    if (sku === null) return;
    this.#waiting = null;
    waiting.resolve({ value: sku });
  }

  /** The next SKU to tell of; one call at a time. */
  next(): Promise<IteratorResult<Sku>> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const sku = this.#take();
    if (sku !== null) return Promise.resolve({ value: sku });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Sku>> {
    this.#end();
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = null;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends it with an error for its reader. */
  fail(error: Error): void {
    this.#failure = error;
    this.#end();
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Sku | null {
    for (const key of this.#changed) {
      this.#changed.delete(key);
      const watched = this.#watched.get(key);
      // Back to what it was: there is nothing to tell.
      if (!watched?.sku || watched.state === this.#told.get(key)) continue;
      this.#told.set(key, watched.state);
      return watched.sku;
    }
    return null;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
  }
}

interface PromiseWithResolvers {
  readonly resolve: (result: IteratorResult<Sku>) => void;
  readonly reject: (error: Error) => void;
}
