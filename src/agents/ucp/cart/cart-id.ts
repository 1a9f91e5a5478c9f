/** A hold in its channel: a hold is found only in the channel that it is in. */
export interface CartKey {
  readonly channel: string;
  readonly hold: string;
}

/** The id of a cart; a hold's id has no dot. */
export const toCartId = ({ channel, hold }: CartKey): string => `${channel}.${hold}`;

/** Null for what is no id of a cart. */
export function readCartId(id: string): CartKey | null {
  const dot = id.lastIndexOf('.');
  return dot <= 0 || dot === id.length - 1 ? null : { channel: id.slice(0, dot), hold: id.slice(dot + 1) };
}
