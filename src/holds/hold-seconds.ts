import type { Channel } from '../catalog/channel.types.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { type Guest, WITH_KEY } from './guests.js';

/** The longest hold that the caller can create, in seconds. */
export const longestHold = ({ minHoldSeconds, maxHoldSeconds }: Channel, guest: Guest | null): number =>
  guest === null ? maxHoldSeconds : Math.max(minHoldSeconds, Math.min(maxHoldSeconds, guest.limits.seconds));

/**
 * How long to hold stock; null asks for the default of the channel.
 * @throws EntryErrors BAD_USER_INPUT, HOLD_LIMIT
 */
export function checkSeconds(asked: number | null, channel: Channel, guest: Guest | null): number {
  const { holdSeconds, minHoldSeconds, maxHoldSeconds, handle } = channel;
  const longest = longestHold(channel, guest);
  const seconds = asked ?? Math.min(holdSeconds, longest);
  const refuse = (code: 'BAD_USER_INPUT' | 'HOLD_LIMIT', why: string): EntryErrors =>
    new EntryErrors([userError(code, ['seconds'], `seconds is ${seconds}: ${why}.`)]);
  if (seconds < minHoldSeconds || seconds > maxHoldSeconds) {
    throw refuse(
      'BAD_USER_INPUT',
      `the channel "${handle}" holds stock for ${minHoldSeconds} to ${maxHoldSeconds} seconds`,
    );
  }
  if (seconds <= longest) return seconds;
  throw refuse(
    'HOLD_LIMIT',
    `without an API key the channel "${handle}" holds stock for ${minHoldSeconds} to ${longest} seconds; ask for fewer, or ${WITH_KEY}`,
  );
}
