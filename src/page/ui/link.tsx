import type { ComponentChildren } from 'preact';
import { NO_FILTERS, type Filters, type View } from '../place.js';
import { go, hrefOf } from '../route.js';

interface LinkProps {
  readonly to: View;
  readonly filters?: Filters;
  readonly class?: string;
  readonly label?: string | undefined;
  /** Called before the page goes there. */
  readonly leaving?: () => void;
  readonly children: ComponentChildren;
}

/** A link within the page. With a modifier key, the browser opens it elsewhere, as it does with any link. */
export const Link = ({
  to,
  filters = NO_FILTERS,
  class: className = '',
  label,
  leaving,
  children,
}: LinkProps) => (
  <a
    class={className}
    href={hrefOf(to, filters)}
    aria-label={label}
    onClick={(event) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      leaving?.();
      go({ view: to, filters, sort: 'BEST' });
    }}
  >
    {children}
  </a>
);
