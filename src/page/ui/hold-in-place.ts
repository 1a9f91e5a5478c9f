import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Something that stays where it is on the screen while what is above it changes. */
export interface Hold {
  readonly element: RefObject<HTMLElement | null>;
  readonly isHeld: { current: boolean };
}

/** To be used by the component that renders what is above the element, too. */
export function useHold(): Hold {
  const element = useRef<HTMLElement>(null);
  const isHeld = useRef(false);
  const topOf = (): number | null => element.current?.getBoundingClientRect().top ?? null;
  // Before anything is rendered anew.
  const before = isHeld.current ? topOf() : null;
  useLayoutEffect(() => {
    const after = topOf();
    if (before !== null && after !== null && after !== before) scrollBy(0, after - before);
  });
  return { element, isHeld };
}
