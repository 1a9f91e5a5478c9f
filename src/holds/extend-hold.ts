import type { Channel } from '../catalog/channel.types.js';
import type { Context } from '../graph/request-context.js';
import { idempotencyConflict, mutateAtOnce } from '../mutation/mutate.js';
import { holdPayload } from './hold-payload.js';
import { checkSeconds, longestHold } from './hold-seconds.js';
import type { HoldServices } from './hold-services.js';
import { type HoldOutcome, lengthenHold, toHold } from './hold.store.js';
import type { Hold, HoldExtendInput, HoldPayload } from './hold.types.js';
import { notFound, reachOf, readUuid, refuse, throwIfNotActive } from './reach-hold.js';

/** How far the clock of a gateway may be behind that of Postgres, which would refuse too late an end. */
const CLOCK_SECONDS = 2;

/** Keeps a hold's stock for longer. */
export async function extendHold(
  { db, guests }: HoldServices,
  context: Context,
  input: HoldExtendInput,
): Promise<HoldPayload> {
  const { channel } = await context.inChannel();
  const { caller } = context;
  /** The existing hold, if it could not be extended. */
  let found: Hold | null = null;
  const call = { name: 'holdExtend', channel: channel.handle };
  const result = await mutateAtOnce(context, call, input, async (idempotent) => {
    const uuid = readUuid(input.hold);
    if (uuid === null) throw notFound(channel);
    const guest = await guests.of(caller, context.clientAddress);
    const request = {
      uuid,
      channelKey: channel.key,
      ...reachOf(caller),
      seconds: checkSeconds(input.seconds ?? null, channel, guest),
      longest: longestHold(channel, guest?.limits ?? null),
      longestOfGuest: longestHold(channel, guests.limits),
    };
    let outcome = await lengthenHold(db, request, idempotent);
    // Who names no time wants what there is.
    if (input.seconds == null && 'latest' in outcome) {
      const more = secondsBetween(outcome.unchanged.expiresAt, outcome.latest) - CLOCK_SECONDS;
      const seconds = secondsUntil(outcome.latest) - CLOCK_SECONDS;
      if (more > 0) outcome = await lengthenHold(db, { ...request, seconds }, idempotent);
    }
    if ('ended' in outcome) found = toHold(outcome.ended);
    if ('latest' in outcome) found = toHold(outcome.unchanged);
    throwIfNotExtended(outcome, channel);
    if (!('isRepeated' in outcome)) context.meter.holdsChanged('extended', 1);
    return outcome;
  });
  return holdPayload(result, found);
}

/** @throws EntryErrors with the reason why the hold was not extended */
function throwIfNotExtended(outcome: HoldOutcome, channel: Channel): void {
  if ('conflict' in outcome) throw idempotencyConflict();
  throwIfNotActive(outcome, channel);
  if ('latest' in outcome) {
    throw refuse(
      'HOLD_LIMIT',
      `The hold can last until ${new Date(outcome.latest).toISOString()}: ask for at most ${secondsUntil(outcome.latest)} seconds, or complete the purchase and create a new hold.`,
    );
  }
}

const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 1_000));

const secondsUntil = (moment: string): number => secondsBetween(new Date().toISOString(), moment);
