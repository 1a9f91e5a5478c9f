import type { Channel } from '../catalog/channel.types.js';
import { readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { idempotencyConflict, mutateAtOnce } from '../mutation/mutate.js';
import type { Database } from '../platform/postgres.js';
import { shortage } from './create-hold.js';
import { holdPayload } from './hold-payload.js';
import { finishHold, type HoldOutcome, toHold } from './hold.store.js';
import {
  type Hold,
  type HoldConfirmInput,
  HoldStatus,
  type HoldPayload,
  type HoldReleaseInput,
} from './hold.types.js';
import { notFound, reachOf, refuse, throwIfNotActive } from './reach-hold.js';

/** Deducts the held stock. */
export const confirmHold = (db: Database, context: Context, input: HoldConfirmInput): Promise<HoldPayload> =>
  finish(db, context, 'holdConfirm', HoldStatus.CONFIRMED, input);

/** Makes the held stock available again. */
export const releaseHold = (db: Database, context: Context, input: HoldReleaseInput): Promise<HoldPayload> =>
  finish(db, context, 'holdRelease', HoldStatus.RELEASED, input);

async function finish(
  db: Database,
  context: Context,
  name: string,
  status: HoldStatus.CONFIRMED | HoldStatus.RELEASED,
  input: HoldConfirmInput,
): Promise<HoldPayload> {
  const { channel } = await context.inChannel();
  const { caller } = context;
  /** The existing hold, if it could not be ended. */
  let found: Hold | null = null;
  const result = await mutateAtOnce(context, { name, channel: channel.handle }, input, async (call) => {
    const uuid = readUuid('Hold', input.hold);
    if (uuid === null) throw notFound(channel);
    const request = {
      uuid,
      status,
      channelKey: channel.key,
      ...reachOf(caller),
      actor: caller.name,
    };
    const outcome = await finishHold(db, request, call);
    if ('ended' in outcome) found = toHold(outcome.ended);
    throwIfNotFinished(outcome, channel);
    if (!('isRepeated' in outcome))
      context.meter.holdsChanged(status === HoldStatus.CONFIRMED ? 'confirmed' : 'released', 1);
    return outcome;
  });
  return holdPayload(result, found);
}

/** @throws EntryErrors with the reasons why the hold was not ended */
function throwIfNotFinished(outcome: HoldOutcome, channel: Channel): void {
  if ('conflict' in outcome) throw idempotencyConflict();
  throwIfNotActive(outcome, channel);
  if ('short' in outcome) {
    const [, sellable] = shortage(Math.min(...outcome.short.map((line) => line.sellable)), channel);
    throw refuse(
      'INSUFFICIENT_STOCK',
      'The shop no longer has, or promises, all units of the hold: release it, and hold the units that are left.',
      sellable,
    );
  }
}
