import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/**
 * Leaves room for an element at the foot of the screen: below the end of the page, and when the page scrolls to what has
 * the focus. It covers neither.
 */
export function useRoomBelow(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => {
      style.setProperty(ROOM, `${current.offsetHeight}px`);
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      style.removeProperty(ROOM);
    };
  }, []);
}

/** As in styles/base.css. */
const ROOM = '--room-below';
