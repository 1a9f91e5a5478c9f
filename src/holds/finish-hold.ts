import { fromGlobalId } from 'graphql-relay';
import type { Context } from '../context.js';
import { EntryErrors, mutationError } from '../mutation/entry-error.js';
import { idempotencyConflict, mutateAtOnce } from '../mutation/mutate.js';
import { shortage } from './create-hold.js';
import { holdPayload } from './hold-payload.js';
import { finishHold, readHold, toHold } from './hold.store.js';
import {
  type Hold,
  type HoldConfirmInput,
  HoldStatus,
  type HoldPayload,
  type HoldReleaseInput,
} from './hold.types.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The row id in a hold's global id; null for anything else. */
function readUuid(id: string): string | null {
  const { type, id: uuid } = fromGlobalId(id);
  return type === 'Hold' && UUID.test(uuid) ? uuid : null;
}

/** A hold of the request's channel that the caller may use; null where there is none. */
export async function findHold(context: Context, id: string): Promise<Hold | null> {
  const uuid = readUuid(id);
  if (uuid === null) return null;
  const { channel } = await context.inChannel();
  return readHold(context.services.db, { channelKey: channel.key, caller: context.caller.keyId ?? 0 }, uuid);
}

/** The stock leaves. */
export const confirmHold = (context: Context, input: HoldConfirmInput): Promise<HoldPayload> =>
  finish(context, 'holdConfirm', 'CONFIRMED', input);

/** The stock is free again. */
export const releaseHold = (context: Context, input: HoldReleaseInput): Promise<HoldPayload> =>
  finish(context, 'holdRelease', 'RELEASED', input);

async function finish(
  context: Context,
  operation: string,
  status: 'CONFIRMED' | 'RELEASED',
  input: HoldConfirmInput,
): Promise<HoldPayload> {
  const { channel } = await context.inChannel();
  const { caller } = context;
  let ended: Hold | null = null;
  const refuse = (code: 'NOT_FOUND' | 'HOLD_EXPIRED' | 'HOLD_NOT_ACTIVE', message: string): EntryErrors =>
    new EntryErrors([mutationError(code, ['hold'], message)]);
  const result = await mutateAtOnce(
    context,
    operation,
    { ...input, channel: channel.handle },
    async (call) => {
      const notFound = refuse(
        'NOT_FOUND',
        `There is no such hold in the channel "${channel.handle}", or it is not yours: name its channel with @inContext, and send the API key that made it.`,
      );
      const uuid = readUuid(input.hold);
      if (uuid === null) throw notFound;
      const request = {
        uuid,
        status,
        channelKey: channel.key,
        caller: caller.keyId ?? 0,
        actor: caller.name,
      };
      const outcome = await finishHold(context.services.db, request, call);
      if ('conflict' in outcome) throw idempotencyConflict();
      if ('notFound' in outcome) throw notFound;
      if ('ended' in outcome) {
        ended = toHold(outcome.ended);
        throw ended.status === HoldStatus.EXPIRED
          ? refuse('HOLD_EXPIRED', `The hold ended at ${ended.expiresAt.toISOString()}: hold the stock anew.`)
          : refuse('HOLD_NOT_ACTIVE', `The hold is ${ended.status.toLowerCase()} already.`);
      }
      if ('short' in outcome) {
        throw new EntryErrors(
          outcome.short.map(({ sellable }) =>
            mutationError(
              'INSUFFICIENT_STOCK',
              ['hold'],
              `Less is on hand than was promised. ${shortage(sellable, channel)[0]}`,
              shortage(sellable, channel)[1],
            ),
          ),
        );
      }
      return outcome;
    },
  );
  return holdPayload(result, ended);
}
