import { batch, signal } from '@preact/signals';
import { patiently } from '../api/ask.js';
import { type Failure, isAbort, toFailure } from '../api/failure.js';
import type { ChoiceFragment, NarrowAlikeQuery } from '../generated/graphql.js';
import { noteSeen } from '../offline/seen.js';
import type { Box } from '../place.js';
import { entry, noteTiles, returnTo, scrollOf, takeTiles } from '../route.js';
import type { Item } from './item.js';

export interface ListPage {
  readonly items: readonly Item[];
  /** Null when nothing follows. */
  readonly next: string | null;
  /** When the counts come with the page. */
  readonly counts?: Counts | undefined;
  /** The part of the picture that was searched for, as `SearchReport.region`. */
  readonly region?: Box | null | undefined;
}

type Search = NonNullable<NarrowAlikeQuery['visualSearch']>;
export type Refinement = NonNullable<Search['refinements']>[number];

/** What is beside a list: how long it is, and how to narrow it. */
export interface Counts {
  readonly total: { readonly count: number; readonly precision: 'EXACT' | 'AT_LEAST' } | null;
  readonly facets: readonly ChoiceFragment[];
  readonly refinements: readonly Refinement[];
}

/** How a list is asked for. */
export interface Source {
  page(after: string | null, signal: AbortSignal): Promise<ListPage>;
  /** When the counts do not come with the first page. */
  readonly counts?: (signal: AbortSignal) => Promise<Counts>;
}

/** Never answers. */
const NOTHING: Source = { page: () => new Promise(() => {}) };

/** A list without end: what has been loaded of it, and how to load more. */
export class Listing {
  readonly items = signal<readonly Item[]>([]);
  readonly counts = signal<Counts | null>(null);
  readonly region = signal<Box | null>(null);
  readonly isLoading = signal(false);
  readonly isComplete = signal(false);
  readonly failure = signal<Failure | null>(null);
  #after: string | null = null;
  #isOpen = false;
  readonly #openedAt = Date.now();
  /** The entries of the history that showed it. */
  readonly #entries = new Set<number>();
  readonly #leaving = new AbortController();

  /** `begin` is there before anything is asked for. */
  constructor(
    readonly source: Source,
    begin: readonly Item[] = [],
  ) {
    this.items.value = begin;
  }

  /** A list of what is known already. */
  static of(items: readonly Item[]): Listing {
    const listing = new Listing(NOTHING, items);
    listing.isComplete.value = true;
    return listing;
  }

  /**
   * Loads the first page, or as many as were there when the shopper left, and then the counts; once: what failed is asked
   * for again by `more`.
   */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const left = takeTiles();
    const shown = entry.peek();
    // Until then the page may be too short for it.
    const y = scrollOf(shown);
    // At the same time, the gateway would look at a new part of a picture twice.
    void this.more(Math.min(left, MAX_RESTORED)).then(() => {
      if (left > 0) returnTo(shown, y);
      return this.#count();
    });
  }

  async #count(): Promise<void> {
    const { counts } = this.source;
    const { signal: leaving } = this.#leaving;
    if (counts === undefined || leaving.aborted) return;
    try {
      this.counts.value = await patiently(() => counts(leaving), leaving);
    } catch {
      // Without counts, the list is still a list.
    }
  }

  /**
   * Loads the next page, and those after it until `atLeast` products are there; does nothing while one is being loaded,
   * and after the last. Shows them all at once, so that nothing has to be scrolled to twice.
   */
  async more(atLeast = 0): Promise<void> {
    if (this.isLoading.value || this.isComplete.value) return;
    this.isLoading.value = true;
    this.failure.value = null;
    const loaded = new Map(this.items.value.map((item) => [item.product.id, item]));
    let isLast = false;
    try {
      do {
        const { items, next, counts, region } = await this.source.page(this.#after, this.#leaving.signal);
        noteSeen(items);
        for (const item of items) if (!loaded.has(item.product.id)) loaded.set(item.product.id, item);
        if (counts !== undefined) this.counts.value = counts;
        this.region.value = region ?? null;
        this.#after = next;
        isLast = next === null;
      } while (!isLast && loaded.size < atLeast);
    } catch (error) {
      if (isAbort(error)) return;
      const failure = toFailure(error);
      // Nothing can be what cannot even be asked for, as in a link with a store that is no more.
      isLast = failure.code === 'BAD_USER_INPUT';
      if (!isLast) this.failure.value = failure;
    }
    batch(() => {
      this.items.value = [...loaded.values()];
      this.isComplete.value = isLast;
      this.isLoading.value = false;
    });
    for (const shown of this.#entries) noteTiles(shown, loaded.size);
  }

  /**
   * Whether this entry of the history may show it: one that did, so that going back shows what was there, or any while
   * its prices and stock are new.
   */
  suits(entryId: number): boolean {
    return this.#entries.has(entryId) || Date.now() - this.#openedAt < NEW_MS;
  }

  showIn(entryId: number): void {
    this.#entries.add(entryId);
    noteTiles(entryId, this.items.value.length);
  }

  /** Stops what is being loaded, when nobody will see it. */
  leave(): void {
    this.#leaving.abort();
  }
}

/** Ten pages, one after the other: longer than that, nobody wants to wait for a place in a list. */
const MAX_RESTORED = 240;
/** What is shown of a list that nobody can ask for yet. */
export const EXPECTED = new Listing(NOTHING);

/** About how long a shopper looks at a product before the next search. */
const NEW_MS = 120_000;
/** Enough to go back through a visit. */
const KEPT = 12;
const kept = new Map<string, Listing>();

/** The list with this key as it was left, unless it has become old; opened when it is new, and then with `begin`. */
export function listingOf(
  key: string,
  source: () => Source,
  begin: () => readonly Item[] = () => [],
): Listing {
  const known = kept.get(key);
  kept.delete(key);
  const shown = entry.peek();
  const isKept = known !== undefined && known.suits(shown);
  if (!isKept) known?.leave();
  const listing = isKept ? known : new Listing(source(), begin());
  listing.showIn(shown);
  kept.set(key, listing);
  for (const [oldest, old] of kept) {
    if (kept.size <= KEPT) break;
    old.leave();
    kept.delete(oldest);
  }
  listing.open();
  return listing;
}
