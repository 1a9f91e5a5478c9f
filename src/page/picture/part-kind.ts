import { signal } from '@preact/signals';

/** The handle of the kind of the item that is looked at in a picture; null where none is chosen, or it has no name. */
export const partKind = signal<string | null>(null);
