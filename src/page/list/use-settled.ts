import { useRef } from 'preact/hooks';
import type { Listing } from './listing.js';

/** The list that was shown, until the next one has something to show: pictures give way to pictures, not to a gap. */
export function useSettled(next: Listing): Listing {
  const shown = useRef(next);
  const isThere = next.items.value.length > 0 || next.isComplete.value || next.failure.value !== null;
  if (isThere) shown.current = next;
  return shown.current;
}
