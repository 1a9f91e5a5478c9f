import type { Channel } from '../catalog/channel.types.js';
import { readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { idempotencyConflict, mutateAtOnce } from '../mutation/mutate.js';
import { holdPayload } from './hold-payload.js';
import { checkSeconds, longestHold } from './hold-seconds.js';
import type { HoldServices } from './hold-services.js';
import { type HoldOutcome, lengthenHold, toHold } from './hold.store.js';
import type { Hold, HoldExtendInput, HoldPayload } from './hold.types.js';
import { notFound, reachOf, refuse, throwIfNotActive } from './reach-hold.js';

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
    const uuid = readUuid('Hold', input.hold);
    if (uuid === null) throw notFound(channel);
    const guest = await guests.of(caller, context.clientAddress);
    const request = {
      uuid,
      channelKey: channel.key,
      ...reachOf(caller),
      seconds: checkSeconds(input.seconds ?? null, channel, guest),
      // Who names no time wants what there is.
      orFewer: input.seconds == null,
      longest: longestHold(channel, guest?.limits ?? null),
      longestOfGuest: longestHold(channel, guests.limits),
    };
    const outcome = await lengthenHold(db, request, idempotent);
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
      `The hold can last until ${new Date(outcome.latest).toISOString()}: ask for at most ${outcome.seconds} seconds, or complete the purchase and create a new hold.`,
    );
  }
}
