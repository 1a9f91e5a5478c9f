import { signal } from '@preact/signals';

/** How many questions the gateway had no time for, and will be asked again. */
export const turnedAway = signal(0);
