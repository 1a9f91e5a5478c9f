import { signal } from '@preact/signals';

const said = signal('');

/** Tells people who cannot see the page what has changed on it. */
export function say(text: string): void {
  said.value = '';
  // The same text again would not be a change.
  requestAnimationFrame(() => {
    said.value = text;
  });
}

export const Said = () => (
  <p class="unseen" role="status">
    {said}
  </p>
);
