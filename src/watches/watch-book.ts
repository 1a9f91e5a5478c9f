import type { ClientBase } from 'pg';
import type { ProductCondition } from '../catalog/product-filter.js';
import type { Logger } from '../platform/logging.js';
import { toIndexFilter } from '../projection/index-filter.js';
import type { Examples, IndexFilter } from '../vector-index/port.js';
import { toVector } from '../vector-index/vectors.js';
import { LOADED_AT_ONCE, type LoadedWatch, loadWatches } from './follow.store.js';
import { storedCondition } from './stored-condition.js';

/** Then all are read again, so that those that were deleted or have expired take no memory any more. */
const RELOAD_MS = 10 * 60 * 1_000;

/** What any watch asks of a product. */
export interface BookedWatch {
  readonly number: number;
  readonly expiresAt: Date;
  /** Bounds of the price, in minor units; null: none. */
  readonly minAmount: number | null;
  readonly maxAmount: number | null;
}

/** What a watch asks of products that look like its examples. */
export interface LookTerms extends BookedWatch {
  readonly excluded: ReadonlySet<number>;
}

/** A watch of whatever looks like its examples. */
export interface LookWatch {
  readonly terms: LookTerms;
  /** Rises with each watch that the book gets. It keeps that of one that it has had in the same group. */
  readonly order: number;
  readonly examples: Examples;
  readonly minCosine: number;
}

/**
 * Watches with the same filter in the same channel, except for the price, in which they differ most: products are proven for
 * all of them at once, and the price of what passes is compared with each.
 */
export interface WatchGroup {
  /** Stays the same when all are read again. */
  readonly key: string;
  readonly channelKey: number;
  readonly condition: ProductCondition;
  /** What the index would be asked for: a necessary condition. */
  readonly filter: IndexFilter;
  /** In their order. */
  readonly looks: LookWatch[];
  /** By product, then by number. */
  readonly products: Map<number, Map<number, BookedWatch>>;
}

/**
 * The active watches in memory, so that a change of stock reads none of them. Watches never change; those that were deleted
 * stay for some minutes, and nothing is written for them.
 */
export class WatchBook {
  #groups = new Map<string, WatchGroup>();
  readonly #numbers = new Set<number>();
  #lastOrder = 0;
  /** What was loaded is what this snapshot sees; null: nothing yet. */
  #position: string | null = null;
  #loadedAtMs = 0;

  constructor(
    private readonly encoder: string,
    private readonly log: Pick<Logger, 'error'>,
  ) {}

  get groups(): Iterable<WatchGroup> {
    return this.#groups.values();
  }

  /** How many watches it has. */
  get size(): number {
    return this.#numbers.size;
  }

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  /** Adds all watches that this snapshot sees, and maybe newer ones. */
  async refresh(client: ClientBase, position: string): Promise<void> {
    const now = performance.now();
    if (this.#position === null || now - this.#loadedAtMs > RELOAD_MS) await this.#reload(client, now);
    else await this.#load(client);
    this.#position = position;
  }

  async #reload(client: ClientBase, now: number): Promise<void> {
    this.#position = null;
    this.#loadedAtMs = now;
    const known = new Map(
      [...this.#groups].map(([key, { looks }]) => [
        key,
        new Map(looks.map((look) => [look.terms.number, look])),
      ]),
    );
    this.#groups = new Map();
    this.#numbers.clear();
    await this.#load(client, known);
    for (const { looks } of this.#groups.values()) looks.sort((a, b) => a.order - b.order);
  }

  async #load(client: ClientBase, known: KnownLooks = new Map()): Promise<void> {
    for (let above = 0; ;) {
      const rows = await loadWatches(client, this.encoder, this.#position, above);
      for (const row of rows) this.#add(row, known);
      above = rows.at(-1)?.number ?? 0;
      if (rows.length < LOADED_AT_ONCE) break;
    }
  }

  #add({ number, channelKey, channel, productKey, expiresAt, ...row }: LoadedWatch, known: KnownLooks): void {
    // The last time, it may have been newer than the position.
    if (this.#numbers.has(number)) return;
    const parsed = storedCondition.safeParse(row.condition);
    if (!parsed.success) {
      this.log.error({ err: parsed.error, watch: number }, 'A watch cannot be read and tells nothing');
      return;
    }
    const { minAmount, maxAmount } = parsed.data;
    const condition = { ...parsed.data, minAmount: null, maxAmount: null };
    const key = JSON.stringify([channelKey, channel, condition]);
    const group: WatchGroup = this.#groups.get(key) ?? {
      key,
      channelKey,
      condition,
      filter: toIndexFilter(condition, channel, []),
      looks: [],
      products: new Map(),
    };
    this.#groups.set(key, group);
    this.#numbers.add(number);
    if (productKey !== null) {
      const watches = group.products.get(productKey) ?? new Map<number, BookedWatch>();
      group.products.set(productKey, watches.set(number, { number, expiresAt, minAmount, maxAmount }));
      return;
    }
    group.looks.push(
      known.get(key)?.get(number) ?? {
        terms: { number, expiresAt, minAmount, maxAmount, excluded: new Set(row.excluded) },
        order: (this.#lastOrder += 1),
        examples: {
          positive: vectorsOf(row.toward, row.dimension),
          negative: vectorsOf(row.away, row.dimension),
        },
        minCosine: row.minCosine ?? Infinity,
      },
    );
  }
}

/** By group and number. */
type KnownLooks = ReadonlyMap<string, ReadonlyMap<number, LookWatch>>;

function vectorsOf(bytes: Buffer | null, dimension: number | null): Float32Array[] {
  if (bytes === null || dimension === null) return [];
  const size = dimension * Float32Array.BYTES_PER_ELEMENT;
  return Array.from({ length: bytes.length / size }, (_, i) =>
    toVector(bytes.subarray(i * size, (i + 1) * size)),
  );
}
