import { signal } from '@preact/signals';
import { type Filters, NO_FILTERS, type Place, readPlace, type View, writePlace } from './place.js';

/** What the address says. */
export const place = signal<Place>(readPlace(location.search));
/** Which entry of the history is shown; scroll positions belong to entries. */
export const entry = signal(0);

interface EntryState {
  readonly entry: number;
}
const isEntryState = (state: unknown): state is EntryState =>
  typeof state === 'object' && state !== null && 'entry' in state && typeof state.entry === 'number';

const scrolls = new Map<number, number>();
let entries = 0;

/** Where the shopper had scrolled to in this entry of the history; 0 for a new one. */
export const scrollOf = (id: number): number => scrolls.get(id) ?? 0;

export const hrefOf = (view: View, filters = NO_FILTERS): string =>
  `/${writePlace({ view, filters, sort: 'BEST' })}`;

/** Goes to another place. With `replace`, the place that is shown is changed, as if the shopper had never left it. */
export function go(next: Place, { replace = false } = {}): void {
  const url = `/${writePlace(next)}`;
  if (replace) {
    history.replaceState({ entry: entry.value }, '', url);
  } else {
    scrolls.set(entry.value, scrollY);
    entries += 1;
    entry.value = entries;
    history.pushState({ entry: entries }, '', url);
    scrolls.delete(entries);
  }
  place.value = next;
}

export const show = (view: View): void => go({ view, filters: NO_FILTERS, sort: 'BEST' });

/** Changes the filters of the list that is shown. */
export const narrow = (change: Partial<Filters>): void =>
  go({ ...place.value, filters: { ...place.value.filters, ...change } }, { replace: true });

/** Follows the browser's back and forward buttons. To be called once. */
export function followHistory(): void {
  history.scrollRestoration = 'manual';
  entries = isEntryState(history.state) ? history.state.entry : 0;
  entry.value = entries;
  history.replaceState({ entry: entries }, '');
  addEventListener('popstate', ({ state }) => {
    scrolls.set(entry.value, scrollY);
    entry.value = isEntryState(state) ? state.entry : 0;
    place.value = readPlace(location.search);
  });
}
