import type { Channel } from '../catalog/channel.types.js';
import type { GuestLimits } from '../config.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { type Guest, WITH_KEY } from './guests.js';

/** The most seconds that a hold lasts, with the limits of a guest; null: of any other caller. */
export const longestHold = (
  { minHoldSeconds, maxHoldSeconds }: Channel,
  limits: Pick<GuestLimits, 'seconds'> | null,
): number =>
  limits === null ? maxHoldSeconds : Math.max(minHoldSeconds, Math.min(maxHoldSeconds, limits.seconds));

/** Seconds that a hold lasts unless it says otherwise, with the limits of a guest; null: of any other caller. */
export const usualHold = (channel: Channel, limits: Pick<GuestLimits, 'seconds'> | null): number =>
  Math.min(channel.holdSeconds, longestHold(channel, limits));

/**
 * How long to hold stock; null asks for the default of the channel.
 * @throws EntryErrors BAD_USER_INPUT, HOLD_LIMIT
 */
export function checkSeconds(asked: number | null, channel: Channel, guest: Guest | null): number {
  const { minHoldSeconds, maxHoldSeconds, handle } = channel;
  const limits = guest?.limits ?? null;
  const longest = longestHold(channel, limits);
  const seconds = asked ?? usualHold(channel, limits);
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
