import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Filters } from '../place.js';
import { narrow } from '../route.js';
import { Icon } from '../ui/icon.js';

interface ChipRowProps {
  readonly children: ComponentChildren;
  /** The row goes back to its start when this changes. */
  readonly first: number;
}

/** A row of choices that scrolls, and fades where there are more. */
export function ChipRow({ children, first }: ChipRowProps) {
  const row = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLElement>(null);
  const goesOn = useGoesOn(row, end);
  useLayoutEffect(() => row.current?.scrollTo({ left: 0 }), [first]);
  return (
    <div class={goesOn ? 'bar-chips bar-chips-on' : 'bar-chips'} ref={row}>
      {children}
      <i class="bar-end" ref={end} />
    </div>
  );
}

interface ChipProps {
  readonly label: string;
  readonly isOn?: boolean;
  /** Without a cross where it is on. */
  readonly isPlain?: boolean;
  /** What it does, where the label alone does not say it. */
  readonly said?: string;
  readonly change: Partial<Filters>;
}

/** A choice that applies at once. */
export const Chip = ({ label, isOn = false, isPlain = false, said, change }: ChipProps) => (
  <button
    class={isOn ? 'chip chip-on' : 'chip'}
    type="button"
    aria-label={said}
    onClick={() => narrow(change)}
  >
    {label} {isOn && !isPlain ? <Icon name="close" /> : null}
  </button>
);

/** Whether the end of a row that scrolls is out of sight. */
function useGoesOn(row: RefObject<HTMLElement | null>, end: RefObject<HTMLElement | null>): boolean {
  const [goesOn, setGoesOn] = useState(false);
  useEffect(() => {
    if (end.current === null) return;
    const observer = new IntersectionObserver((seen) => setGoesOn(seen.at(-1)?.isIntersecting === false), {
      root: row.current,
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return goesOn;
}
