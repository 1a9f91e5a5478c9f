import type { Sku } from '../catalog/sku.types.js';
import type { Clients } from '../platform/clients.js';

/** The last state of an SKU in one channel, shared by its readers. */
export interface WatchedSku {
  readonly key: number;
  /** The handle of the channel. */
  readonly channel: string;
  /** Null before the first read. */
  sku: Sku | null;
  /** The state that shoppers see. Two reads with the same text are the same to them. */
  state: string;
  /** Whether the channel offered it at the last read. */
  offered: boolean;
  readonly readers: Set<AvailabilityReader>;
  /** The last round in which it was read; 0 before the first. */
  readIn: number;
  /** Its place among those to be read soon, and the clients that wait for it. */
  queued: { readonly clients: Clients; readonly leave: () => void } | null;
}

/**
 * One subscription: first every SKU as it is, then each SKU whose state differs from the one last delivered. It keeps
 * a set of SKUs and never a queue of states, so a slow reader gets the newest state of each and costs no more than a
 * fast one.
 */
export class AvailabilityReader implements AsyncIterableIterator<Sku> {
  readonly #watched: ReadonlyMap<number, WatchedSku>;
  /** The state last delivered, by SKU. */
  readonly #told = new Map<number, string>();
  /** SKUs to check, in the order in which they were marked. */
  readonly #changed = new Set<number>();
  readonly #onEnd: () => void;
  #waiting: PromiseWithResolvers | null = null;
  #ended = false;
  #failure: Error | null = null;

  constructor(
    watched: ReadonlyMap<number, WatchedSku>,
    /** Whose subscription it is: readers of a client take turns together. */
    readonly client: string,
    onEnd: () => void,
  ) {
    this.#watched = watched;
    this.#onEnd = onEnd;
  }

  get watched(): Iterable<WatchedSku> {
    return this.#watched.values();
  }

  /** Marks that the state of this SKU may have changed. */
  changed(key: number): void {
    this.#changed.add(key);
    const waiting = this.#waiting;
    if (waiting === null) return;
    const sku = this.#take();
    if (sku === null) return;
    this.#waiting = null;
    waiting.resolve({ value: sku });
  }

  /** The next SKU to deliver; only one call at a time. */
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

  /** Ends the subscription with an error for its client. */
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
      // The state changed back in the meantime, so there is nothing to deliver.
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
