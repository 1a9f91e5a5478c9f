import { type Caller, ownerOf } from '../access/caller.js';
import type { Channel } from '../catalog/channel.types.js';
import { readUuid } from '../graph/node.js';
import type { Context } from '../graph/request-context.js';
import { lookUpPerRequest } from '../graph/request-loader.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import type { UserErrorCode } from '../mutation/user-error.types.js';
import type { Database } from '../platform/postgres.js';
import { type HoldOutcome, type HoldReach, readHolds, toHold } from './hold.store.js';
import { type Hold, HoldStatus } from './hold.types.js';

/** Which holds the caller can reach. */
export const reachOf = (caller: Caller): Omit<HoldReach, 'channelKey'> => ({
  owner: ownerOf(caller),
  confirms: caller.scopes.has('holds:confirm'),
});

/** A hold in the request's channel that the caller may use; null if there is none. */
export async function findHold(db: Database, context: Context, id: string): Promise<Hold | null> {
  const uuid = readUuid('Hold', id);
  return uuid === null ? null : lookUp(db, context, uuid);
}

const lookUp = lookUpPerRequest(async (db, context, uuids: readonly string[]) => {
  const { channel } = await context.inChannel();
  return readHolds(db, { channelKey: channel.key, ...reachOf(context.caller) }, uuids);
});

/** Why a hold is as it was. */
export const refuse = (
  code: `${UserErrorCode}`,
  message: string,
  sellable: number | null = null,
): EntryErrors => new EntryErrors([userError(code, ['hold'], message, sellable)]);

export const notFound = (channel: Channel): EntryErrors =>
  refuse(
    'NOT_FOUND',
    `There is no such hold in the channel "${channel.handle}", or it is not yours: name its channel with ` +
      '@inContext, and send the API key and the shopper token that created it.',
  );

/** @throws EntryErrors when the caller reaches no such hold, or the hold has ended */
export function throwIfNotActive(outcome: HoldOutcome, channel: Channel): void {
  if ('notFound' in outcome) throw notFound(channel);
  if ('ended' in outcome) {
    const { status, expiresAt } = toHold(outcome.ended);
    throw status === HoldStatus.EXPIRED
      ? refuse('HOLD_EXPIRED', `The hold expired at ${expiresAt.toISOString()}: create a new hold.`)
      : refuse('HOLD_NOT_ACTIVE', `The hold is already ${status.toLowerCase()}.`);
  }
}
