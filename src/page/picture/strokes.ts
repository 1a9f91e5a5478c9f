import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * How slanted a stroke is that draws: sideways by more than this share of its way up or down, about 17 degrees. Thumbs
 * scroll steeper, and a box around trousers is not.
 */
const SLANT = 0.3;
/** A stroke that went this far aside may have been meant to draw. */
const WIDE_PX = 24;
/** A finger that has rested for so long draws, wherever it goes. */
const REST_MS = 350;
/** Further than a finger trembles: then the browser scrolls, unless it is told not to. */
const TREMBLE_PX = 6;

/**
 * Leaves strokes up and down to the browser, which scrolls the page, and takes all others on the element: those that
 * slant, those after a rest, and with `takesAll` every one. A stroke in a box moves the box by the same rule.
 * `touch-action` cannot say this: it must be known before the finger moves. Calls `onScrolled` when a stroke that may
 * have been meant to draw has scrolled the page.
 */
export function useStrokes(
  element: RefObject<HTMLElement | null>,
  takesAll: boolean,
  onScrolled: () => void,
): void {
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    let from: { readonly x: number; readonly y: number; readonly at: number } | null = null;
    let isTaken = false;
    /** Where a stroke began that scrolls the page. */
    let left: { readonly x: number; readonly y: number } | null = null;
    const begin = ({ target, touches: [touch, other], timeStamp }: TouchEvent): void => {
      // Two fingers enlarge the page, and handles never scroll it.
      const isLeft = other !== undefined || (target instanceof HTMLElement && 'corner' in target.dataset);
      from = touch === undefined || isLeft ? null : pointOf(touch, timeStamp);
      isTaken = false;
      left = null;
    };
    const end = ({ changedTouches: [touch] }: TouchEvent): void => {
      if (left !== null && touch !== undefined && Math.abs(touch.clientX - left.x) > WIDE_PX) onScrolled();
      left = null;
    };
    const follow = (event: TouchEvent): void => {
      const [touch] = event.touches;
      if (from === null || touch === undefined) return;
      const x = Math.abs(touch.clientX - from.x);
      const y = Math.abs(touch.clientY - from.y);
      const hasRested = event.timeStamp - from.at > REST_MS;
      if (!isTaken && Math.hypot(x, y) > TREMBLE_PX) {
        isTaken = takesAll || hasRested || x > y * SLANT;
        if (!isTaken) [left, from] = [from, null];
      }
      if ((isTaken || hasRested) && event.cancelable) event.preventDefault();
    };
    current.addEventListener('touchstart', begin, { passive: true });
    current.addEventListener('touchmove', follow, { passive: false });
    current.addEventListener('touchend', end);
    return () => {
      current.removeEventListener('touchstart', begin);
      current.removeEventListener('touchmove', follow);
      current.removeEventListener('touchend', end);
    };
  }, [takesAll]);
}

const pointOf = ({ clientX, clientY }: Touch, at: number) => ({ x: clientX, y: clientY, at });
