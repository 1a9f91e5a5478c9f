import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { z } from 'zod';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import { errorCode } from '../platform/operator-error.js';
import { asKind, URGENT } from '../platform/connection-turns.js';
import { type Database, transaction } from '../platform/postgres.js';
import { actAs } from './actor.store.js';
import { EntryErrors, userError } from './entry-error.js';
import { keepAnswer, replayAnswer, type IdempotentCall, type Replay } from './idempotency.store.js';
import { keyOwner } from './key-owner.js';
import { type WriteKind, WRITES } from './write-kinds.js';
import { UserErrorCode, type UserError } from './user-error.types.js';

/** Leaves room for more than a UUID, which has 36 characters. */
const MAX_KEY_LENGTH = 255;

/**
 * Codes after which a transaction may run again: Postgres ended one of several transactions in a deadlock or
 * conflict; a row was found but deleted before it was referred to, so that the retry finds it missing; or a row to be
 * deleted was held or promised in the meantime.
 */
const RETRYABLE: ReadonlySet<string | null> = new Set(['40P01', '40001', '23503', '55006', 'VT001']);
/** A lock was not free in time. Another transaction keeps it, and waiting longer would use up the connections. */
const LOCK_TIMEOUT = '55P03';
const ATTEMPTS = 5;
/** Multiplied by the number of attempts and a random factor, so that transactions do not collide again. */
const RETRY_MS = 20;

/** A kind of call, and how its answer is stored: plain JSON that a payload can be built from. */
export interface MutationCall<Answer> {
  readonly name: string;
  readonly writes: WriteKind;
  readonly answer: z.ZodType<Answer>;
}

/** What a payload is made from: an answer, or the reasons why nothing was done. */
export type Outcome<Answer> =
  | { readonly answer: Answer; readonly userErrors: readonly [] }
  | { readonly answer: null; readonly userErrors: readonly UserError[] };

/**
 * Runs `work` in one transaction, as the caller (`vitrine.actor`). With an `idempotencyKey`, the transaction also
 * stores the answer: repeating the call returns that answer and does nothing, even when both calls run at the same
 * time. User errors and entry errors roll everything back, store nothing, and become `userErrors`.
 *
 * Writes of one kind have few connections at once, so that those which wait for locks leave the others to reads. `work` may run again, after a deadlock. It uses only its client to reach the database: if each of many calls
 * needed a second connection, none might be left for any of them to continue. It takes its locks in the order of
 * docs/locks.md.
 *
 * @throws RequestError with a code that no mutation has, for example SERVICE_OVERLOADED; DatabaseBusy
 */
export async function mutate<Answer>(
  db: Database,
  context: Context,
  operation: MutationCall<Answer>,
  input: { readonly idempotencyKey?: string | null },
  work: (client: PoolClient) => Promise<Answer>,
): Promise<Outcome<Answer>> {
  const { caller } = context;
  try {
    const call = await idempotentCall(context, operation.name, input);
    const attempt = (): Promise<Answer> =>
      transaction(db, async (client) => {
        await actAs(client, caller.name);
        return call === null ? work(client) : answerOnce(client, operation, call, work);
      });
    const answer = await asKind(WRITES[operation.writes], () => retrying(attempt));
    context.forgetOffers();
    return { answer, userErrors: [] };
  } catch (error) {
    return refused(context, operation.name, error);
  }
}

/**
 * Like `mutate`, but calls `prepare` before the transaction, for reads that are slow. A repeated call returns its
 * stored answer even if `prepare` would now refuse it.
 */
export async function mutatePrepared<Prepared, Answer>(
  db: Database,
  context: Context,
  operation: MutationCall<Answer>,
  input: { readonly idempotencyKey?: string | null },
  prepare: () => Promise<Prepared>,
  work: (client: PoolClient, prepared: Prepared) => Promise<Answer>,
): Promise<Outcome<Answer>> {
  try {
    const call = await idempotentCall(context, operation.name, input);
    let prepared: Prepared;
    try {
      prepared = await prepare();
    } catch (refusal) {
      return { answer: await keptAnswer(db, call, operation.answer, refusal), userErrors: [] };
    }
    return await mutate(db, context, operation, input, (client) => work(client, prepared));
  } catch (error) {
    return refused(context, operation.name, error);
  }
}

/**
 * The stored answer of a call that is refused before it locks its key: the call may have succeeded before there was a
 * reason to refuse it.
 *
 * @throws the refusal if no answer is stored; EntryErrors IDEMPOTENCY_CONFLICT
 */
export async function keptAnswer<Answer>(
  db: Database,
  call: IdempotentCall | null,
  answer: z.ZodType<Answer>,
  refusal: unknown,
): Promise<Answer> {
  if (call === null || !(refusal instanceof EntryErrors || refusal instanceof RequestError)) throw refusal;
  const replay = await transaction(db, (client) => replayAnswer(client, call));
  if (replay === null) throw refusal;
  return readReplay(replay, answer);
}

/**
 * Like `mutate`, for work that is a single statement and thus its own transaction: a Postgres function that handles
 * the idempotency key. The same input in another channel is a different call. `work` throws `idempotencyConflict()`
 * when the function reports a conflict. Connections are reserved for such work.
 */
export async function mutateAtOnce<Answer>(
  context: Context,
  { name, channel }: { readonly name: string; readonly channel: string },
  input: { readonly idempotencyKey?: string | null },
  work: (call: IdempotentCall | null) => Promise<Answer>,
): Promise<Outcome<Answer>> {
  try {
    const call = await idempotentCall(context, name, input, channel);
    const answer = await asKind(URGENT, () => retrying(() => work(call)));
    context.forgetOffers();
    return { answer, userErrors: [] };
  } catch (error) {
    return refused(context, name, error);
  }
}

async function answerOnce<Answer>(
  client: PoolClient,
  operation: MutationCall<Answer>,
  call: IdempotentCall,
  work: (client: PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const replay = await replayAnswer(client, call);
  if (replay === null) {
    const answer = await work(client);
    await keepAnswer(client, call, answer);
    return answer;
  }
  return readReplay(replay, operation.answer);
}

function readReplay<Answer>(replay: NonNullable<Replay>, answer: z.ZodType<Answer>): Answer {
  if ('answer' in replay) return answer.parse(replay.answer);
  throw idempotencyConflict();
}

/** The key of this call was already used for a different call. */
export const idempotencyConflict = (): EntryErrors =>
  new EntryErrors([
    userError(
      'IDEMPOTENCY_CONFLICT',
      ['idempotencyKey'],
      'This idempotency key was used for another call within the last 24 hours: use a different key for each call.',
    ),
  ]);

async function idempotentCall(
  { pseudonyms, caller, clientAddress }: Context,
  operation: string,
  input: { readonly idempotencyKey?: string | null },
  channel: string | null = null,
): Promise<IdempotentCall | null> {
  const { idempotencyKey: key, ...rest } = input;
  if (key == null) return null;
  const refuse = (message: string): EntryErrors =>
    new EntryErrors([userError('BAD_USER_INPUT', ['idempotencyKey'], message)]);
  if (key === '') throw refuse('The idempotency key is empty: send one, for example a UUID, or omit it.');
  if (key.length > MAX_KEY_LENGTH) {
    throw refuse(`The idempotency key is longer than ${MAX_KEY_LENGTH} characters: a UUID is enough.`);
  }
  if (key.includes('\0')) throw refuse('The idempotency key contains a NUL character: remove it.');
  const fingerprint = createHash('sha256')
    .update(canonical({ channel, ...rest }))
    .digest();
  return { owner: await keyOwner(pseudonyms, caller, clientAddress), key, operation, fingerprint };
}

/** JSON with the fields of each object sorted; a null field equals an omitted one. */
function canonical(input: unknown): string {
  return JSON.stringify(input, (_name, value: unknown) =>
    value instanceof Object && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, field]) => field != null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value,
  );
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isLocked = errorCode(error) === LOCK_TIMEOUT;
      if (!RETRYABLE.has(errorCode(error)) && !isLocked) throw error;
      if (attempts === ATTEMPTS || isLocked) {
        throw new RequestError(
          'SERVICE_OVERLOADED',
          'Other calls keep writing the same rows, so nothing was changed: try again in a second.',
          { cause: error },
        );
      }
      await sleep(RETRY_MS * attempts * (1 + Math.random()));
    }
  }
}

/** The outcome of a call that failed with this error. @throws the error if its code is one that no mutation has */
function refused(context: Context, mutation: string, error: unknown): Outcome<never> {
  const userErrors = toUserErrors(error);
  context.meter.callRefused(mutation, new Set(userErrors.map(({ code }) => code)));
  return { answer: null, userErrors };
}

/** Converts an error to user errors; rethrows errors whose code no mutation has. */
function toUserErrors(error: unknown): readonly UserError[] {
  if (error instanceof EntryErrors) return error.errors;
  if (error instanceof RequestError) {
    const code = Object.values(UserErrorCode).find((known) => known.valueOf() === error.code);
    if (code !== undefined) return [userError(code, null, error.message)];
  }
  throw error;
}
