import { LRUCache } from 'lru-cache';
import { accountName, type Payer } from '../graph/server-context.js';
import { Bucket } from './bucket.js';
import { type Bounds, type BudgetOptions, type Budgets, boundsWith, throttled } from './budgets.js';

/** A bucket takes about 200 bytes. One that is forgotten is full again. */
const MAX_BUCKETS = 100_000;

/** The budgets of one process. */
export class MemoryBudgets implements Budgets {
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_BUCKETS });
  readonly #now: () => number;

  constructor(private readonly options: BudgetOptions) {
    this.#now = options.now ?? (() => performance.now());
  }

  boundsOf(payer: Payer): Bounds {
    return boundsWith(this.options, payer);
  }

  available(payer: Payer): number {
    return this.#bucket(payer).points(this.boundsOf(payer), this.#now());
  }

  async take(payer: Payer, points: number, again = 0): Promise<void> {
    const bounds = this.boundsOf(payer);
    const bucket = this.#bucket(payer);
    const now = this.#now();
    const lacking = points - bucket.points(bounds, now);
    if (lacking > 0) throw throttled(points, lacking + again, bounds);
    bucket.add(-points, bounds, now);
  }

  giveBack(payer: Payer, points: number): void {
    this.#bucket(payer).add(points, this.boundsOf(payer), this.#now());
  }

  async close(): Promise<void> {
    this.#buckets.clear();
  }

  #bucket(payer: Payer): Bucket {
    const key = accountName(payer);
    const known = this.#buckets.get(key);
    if (known) return known;
    const bucket = new Bucket(this.boundsOf(payer).capacity, this.#now());
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
