import { signal } from '@preact/signals';
import { currency, market } from './market.js';
import {
  type Filters,
  NO_FILTERS,
  type Place,
  readMarket,
  readPlace,
  type View,
  writePlace,
} from './place.js';

/** What the address says. */
export const place = signal<Place>(readPlace(location.search, currency()));
/** Which entry of the history is shown; scroll positions belong to entries. */
export const entry = signal(0);

/** What the browser keeps with an entry of the history, also over a reload and while the shopper is on another site. */
interface EntryState {
  readonly entry: number;
  /** How far down the shopper was, in pixels. */
  readonly y: number;
  /** How many products the list had. */
  readonly tiles: number;
}

/** A state that is none of this page is that of a new visit. */
function readState(state: unknown): EntryState {
  const number = (name: keyof EntryState): number => {
    const value: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, name) : 0;
    return typeof value === 'number' && value > 0 ? value : 0;
  };
  return { entry: number('entry'), y: number('y'), tiles: number('tiles') };
}

const scrolls = new Map<number, number>();
const tiles = new Map<number, number>();
let entries = 0;
/** How many products the list of the entry that was just returned to had. */
let wishedTiles = 0;
/** Until the list is there again, the page is too short to say where the shopper is. */
let isReturning = false;

/** Where the shopper had scrolled to in this entry of the history; 0 for a new one. */
export const scrollOf = (id: number): number => scrolls.get(id) ?? 0;

/** Notes how many products the list of an entry has. */
export function noteTiles(id: number, count: number): void {
  tiles.set(id, count);
  if (id === entry.peek()) keepSoon();
}

/** How many products the list of the entry had that was returned to; 0 the next time, and for a new entry. */
export function takeTiles(): number {
  const wished = wishedTiles;
  wishedTiles = 0;
  isReturning = wished > 0;
  return wished;
}

/** Goes as far down as the shopper was in this entry of the history, once the page has its height again. */
export function returnTo(id: number, y: number): void {
  requestAnimationFrame(() => {
    isReturning = false;
    if (entry.value === id) scrollTo(0, y);
  });
}

export const hrefOf = (view: View, filters = NO_FILTERS): string =>
  `/${writePlace({ view, filters, sort: 'BEST' })}`;

const stateOf = (id: number): EntryState => ({ entry: id, y: scrollOf(id), tiles: tiles.get(id) ?? 0 });

/** Keeps where the shopper is with the entry that is shown. */
function keep(): void {
  if (isReturning) return;
  scrolls.set(entry.value, scrollY);
  history.replaceState(stateOf(entry.value), '');
}

/** Browsers take about three changes of the history in a second. */
const KEEP_PAUSE_MS = 350;
let pause: ReturnType<typeof setTimeout> | undefined;

/** A page that is left cannot change its entry any more: Chromium forgets what `pagehide` writes. */
function keepSoon(): void {
  clearTimeout(pause);
  pause = setTimeout(keep, KEEP_PAUSE_MS);
}

/**
 * Goes to another place. With `replace`, the place that is shown is changed, as if the shopper had never left it. With
 * `stay`, the page is as far down as it was: what is asked for is another part of what is shown.
 */
export function go(next: Place, { replace = false, stay = false } = {}): void {
  const url = `/${writePlace(next, market.value)}`;
  wishedTiles = 0;
  isReturning = false;
  if (replace) {
    history.replaceState(stateOf(entry.value), '', url);
  } else {
    keep();
    entries += 1;
    scrolls.set(entries, stay ? scrollY : 0);
    tiles.delete(entries);
    entry.value = entries;
    history.pushState(stateOf(entries), '', url);
    // Not when its list is there: until then, it would be as far down as the place before.
    if (!stay) returnTo(entries, 0);
  }
  place.value = next;
}

export const show = (view: View): void => go({ view, filters: NO_FILTERS, sort: 'BEST' });

/** Changes the filters of the list that is shown. */
export const narrow = (change: Partial<Filters>): void =>
  go({ ...place.value, filters: { ...place.value.filters, ...change } }, { replace: true });

/** Reads the prices in the words of a link again, now that it is known which market they are of. */
export function rereadPrices(): void {
  const { view, filters, sort } = readPlace(location.search, currency());
  if (filters.min !== place.value.filters.min || filters.max !== place.value.filters.max)
    place.value = { view, filters, sort };
}

function come(state: EntryState): void {
  if (!scrolls.has(state.entry)) scrolls.set(state.entry, state.y);
  wishedTiles = tiles.get(state.entry) ?? state.tiles;
  entry.value = state.entry;
}

/** Follows the browser's back and forward buttons. To be called once. */
export function followHistory(): void {
  history.scrollRestoration = 'manual';
  const first = readState(history.state);
  entries = first.entry;
  come(first);
  isReturning = wishedTiles > 0;
  history.replaceState(first, '');
  addEventListener('popstate', ({ state }) => {
    // A fragment that somebody typed is no other place.
    if (state === null) return;
    scrolls.set(entry.value, scrollY);
    come(readState(state));
    const meant = readMarket(location.search);
    if (meant !== null) market.value = meant;
    place.value = readPlace(location.search, currency());
  });
  addEventListener('scroll', keepSoon, { passive: true });
}
