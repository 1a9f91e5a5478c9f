import { batch, signal } from '@preact/signals';

const said = signal('');
const isShown = signal(false);
/** Enough to read two lines. */
const SHOWN_MS = 6_000;
let hiding: ReturnType<typeof setTimeout> | undefined;

/** Tells people who cannot see the page what has changed on it. */
export function say(text: string): void {
  clearTimeout(hiding);
  batch(() => {
    said.value = '';
    isShown.value = false;
  });
  // The same text again would not be a change.
  requestAnimationFrame(() => {
    said.value = text;
  });
}

/** Tells everybody what nothing else on the page shows. */
export function tell(text: string): void {
  say(text);
  isShown.value = true;
  hiding = setTimeout(() => {
    isShown.value = false;
  }, SHOWN_MS);
}

export const Said = () => (
  <p class={isShown.value && said.value !== '' ? 'told' : 'unseen'} role="status">
    {said}
  </p>
);
