import type { ComponentChildren } from 'preact';

interface MainProps {
  readonly class?: string;
  readonly children?: ComponentChildren;
}

/** What a view shows. It takes the focus when the view changes, so that keys and readers go on from its beginning. */
export const Main = ({ class: className = '', children }: MainProps) => (
  <main id="main" class={`view ${className}`} tabIndex={-1}>
    {children}
  </main>
);
