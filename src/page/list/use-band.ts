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
    let timer: ReturnType<typeof setTimeout> | undefined;
    // After the frame, where nothing has to be laid out anew for it, and the frame does not wait for what is rendered.
    const measureSoon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        measure();
      });
    };
    measure();
    addEventListener('scroll', measureSoon, { passive: true });
    addEventListener('resize', measureSoon);
    // What is above may become larger or smaller.
    const observer = new ResizeObserver(measureSoon);
    observer.observe(document.body);
    return () => {
      clearTimeout(timer);
      removeEventListener('scroll', measureSoon);
      removeEventListener('resize', measureSoon);
      observer.disconnect();
    };
  }, []);
  return { band, measure };
}
