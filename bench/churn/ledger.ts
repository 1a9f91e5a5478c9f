import type { Catalog, Offer } from './catalog.js';
import type { Contender } from './contender.js';
import type { Change } from './runbook.js';
import { offerKey } from './truth.js';

/** A change on its way into SQL. In milliseconds on the clock of this process. */
export interface Commit {
  readonly product: number;
  /** Before this, it was not in effect. */
  readonly sent: number;
  /** From this on, it is in effect; null while it may be either. */
  done: number | null;
}

/** Knows which changes were committed when, as far as that can be known from outside. */
export class Ledger {
  readonly #contender: Contender;
  readonly #expected: Map<string, Offer>;
  readonly #open = new Set<Commit>();
  /** In the order of `done`. */
  readonly #closed: Commit[] = [];

  constructor(contender: Contender, { offers }: Catalog) {
    this.#contender = contender;
    this.#expected = new Map(offers.map((offer) => [offerKey(offer), offer]));
  }

  /** What SQL has to say once no change is on its way. */
  get expected(): ReadonlyMap<string, Offer> {
    return this.#expected;
  }

  async commit(change: Change): Promise<{ readonly sent: number; readonly done: number }> {
    const commit: Commit = { product: change.product, sent: performance.now(), done: null };
    this.#open.add(commit);
    await this.#contender.commit(change);
    const done = performance.now();
    commit.done = done;
    this.#open.delete(commit);
    this.#closed.push(commit);
    const offer = this.#expected.get(offerKey(change));
    if (offer === undefined) throw new RangeError(`SKU ${change.sku} has no offer.`);
    this.#expected.set(offerKey(change), { ...offer, [change.set]: change.value });
    return { sent: commit.sent, done };
  }

  /** The products with a change that was on its way at any moment since `start`. */
  doubtfulSince(start: number): Set<number> {
    const doubtful = new Set([...this.#open].map(({ product }) => product));
    for (let i = this.#closed.length - 1; i >= 0; i -= 1) {
      const commit = this.#closed[i];
      if (commit === undefined || (commit.done ?? Infinity) < start) break;
      doubtful.add(commit.product);
    }
    return doubtful;
  }
}
