import { readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { keptAnswer, mutateAtOnce } from '../mutation/mutate.js';
import { readLines, throwIfNotHeld } from './create-hold.js';
import { holdPayload } from './hold-payload.js';
import type { HoldServices } from './hold-services.js';
import { keptHold, replaceLines, toHold } from './hold.store.js';
import type { Hold, HoldPayload, HoldReplaceInput } from './hold.types.js';
import { notFound, reachOf, throwIfNotActive } from './reach-hold.js';

/** Holds other lines instead of those of a hold: all of them, or the hold stays as it is. */
export async function replaceHold(
  { db, guests }: HoldServices,
  context: Context,
  input: HoldReplaceInput,
): Promise<HoldPayload> {
  const stores = await context.inChannel();
  const { channel } = stores;
  /** The existing hold, if it has ended. */
  let found: Hold | null = null;
  const call = { name: 'holdReplace', channel: channel.handle };
  const result = await mutateAtOnce(context, call, input, async (idempotent) => {
    const uuid = readUuid('Hold', input.hold);
    if (uuid === null) throw notFound(channel);
    let lines: Awaited<ReturnType<typeof readLines>>;
    try {
      lines = await readLines(guests, context, stores, input);
    } catch (refusal) {
      return keptAnswer(db, idempotent, keptHold, refusal);
    }
    const request = { ...lines, confirms: reachOf(context.caller).confirms };
    const outcome = await replaceLines(db, uuid, request, idempotent);
    if ('ended' in outcome) found = toHold(outcome.ended);
    throwIfNotActive(outcome, channel);
    throwIfNotHeld(outcome, channel, lines.guest);
    if (!('isRepeated' in outcome)) context.meter.holdsChanged('replaced', 1);
    return outcome;
  });
  return holdPayload(result, found);
}
