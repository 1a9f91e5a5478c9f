import { fromGlobalId } from 'graphql-relay';
import { type Caller, ownerOf } from '../access/caller.js';
import type { Channel } from '../catalog/channel.types.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import { idempotencyConflict, mutateAtOnce } from '../mutation/mutate.js';
import type { UserErrorCode } from '../mutation/user-error.types.js';
import type { Database } from '../platform/postgres.js';
import { shortage } from './create-hold.js';
import { holdPayload } from './hold-payload.js';
import { finishHold, type HoldOutcome, type HoldReach, readHolds, toHold } from './hold.store.js';
import {
  type Hold,
  type HoldConfirmInput,
  HoldStatus,
  type HoldPayload,
  type HoldReleaseInput,
} from './hold.types.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which holds the caller can reach. */
const reachOf = (caller: Caller): Omit<HoldReach, 'channelKey'> => ({
  owner: ownerOf(caller),
  confirms: caller.scopes.has('holds:confirm'),
});

/** The row id in a hold's global id; null for any other text. */
function readUuid(id: string): string | null {
  const { type, id: uuid } = fromGlobalId(id);
  return type === 'Hold' && UUID.test(uuid) ? uuid : null;
}

/** A hold in the request's channel that the caller may use; null if there is none. */
export async function findHold(db: Database, context: Context, id: string): Promise<Hold | null> {
  const uuid = readUuid(id);
  return uuid === null ? null : lookUp(db, context, uuid);
}

const lookUp = lookUpPerRequest(async (db, context, uuids: readonly string[]) => {
  const { channel } = await context.inChannel();
  return readHolds(db, { channelKey: channel.key, ...reachOf(context.caller) }, uuids);
});

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
    const uuid = readUuid(input.hold);
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

const refuse = (code: `${UserErrorCode}`, message: string, sellable: number | null = null): EntryErrors =>
  new EntryErrors([userError(code, ['hold'], message, sellable)]);

const notFound = (channel: Channel): EntryErrors =>
  refuse(
    'NOT_FOUND',
    `There is no such hold in the channel "${channel.handle}", or it is not yours: name its channel with ` +
      '@inContext, and send the API key and the shopper token that created it.',
  );

/** @throws EntryErrors with the reasons why the hold was not ended */
function throwIfNotFinished(outcome: HoldOutcome, channel: Channel): void {
  if ('conflict' in outcome) throw idempotencyConflict();
  if ('notFound' in outcome) throw notFound(channel);
  if ('ended' in outcome) {
    const { status, expiresAt } = toHold(outcome.ended);
    throw status === HoldStatus.EXPIRED
      ? refuse('HOLD_EXPIRED', `The hold expired at ${expiresAt.toISOString()}: create a new hold.`)
      : refuse('HOLD_NOT_ACTIVE', `The hold is already ${status.toLowerCase()}.`);
  }
  if ('short' in outcome) {
    const [message, sellable] = shortage(Math.min(...outcome.short.map((line) => line.sellable)), channel);
    throw refuse('INSUFFICIENT_STOCK', `Fewer units are on hand than were held. ${message}`, sellable);
  }
}
