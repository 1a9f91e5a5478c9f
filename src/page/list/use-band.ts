import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useState } from 'preact/hooks';

/** A part of an element, as distances from its top in pixels. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

/** About two rows of tiles: each step puts a few in, so that none takes long. */
const STEP_PX = 400;
/** What is rendered before the first measurement: nothing. */
const NONE: Band = { from: 0, to: 0 };

/**
 * The part of an element that is on the screen, with as much again above and below. It changes in steps while the page
 * is scrolled; `measure` brings it up to date at once.
 */
export function useBand(element: RefObject<HTMLElement | null>): { band: Band; measure: () => void } {
  const [band, setBand] = useState(NONE);
  const measure = useCallback((): void => {
    const top = element.current?.getBoundingClientRect().top;
    if (top === undefined) return;
    const from = Math.floor((-top - innerHeight) / STEP_PX) * STEP_PX;
    const to = Math.ceil((-top + 2 * innerHeight) / STEP_PX) * STEP_PX;
    setBand((last) => (last.from === from && last.to === to ? last : { from, to }));
  }, []);
  useLayoutEffect(() => {
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    // What is above may become larger or smaller.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
      observer.disconnect();
    };
  }, []);
  return { band, measure };
}
