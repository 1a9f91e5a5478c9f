import { signal } from '@preact/signals';
import { ask } from '../api/ask.js';
import { Failure, toFailure } from '../api/failure.js';
import {
  HeldNowDocument,
  type HeldStockFragment,
  HoldNowDocument,
  KeepHoldDocument,
  LetGoDocument,
} from '../generated/graphql.js';
import { recall, remember } from '../storage.js';

export interface Held {
  readonly channel: string;
  readonly hold: HeldStockFragment;
}

/** What the shopper holds now, oldest first. */
export const holds = signal<readonly Held[]>([]);

const KEY = 'vitrine.holds';
const SEPARATOR = ' ';

function keep(next: readonly Held[]): void {
  holds.value = next;
  const ids = next.map(({ channel, hold }) => `${channel}${SEPARATOR}${hold.id}`);
  remember(KEY, ids.length === 0 ? null : ids.join('\n'));
}

/** Finds what was held before the page was loaded again. */
export async function resumeHolds(): Promise<void> {
  const known = (recall(KEY) ?? '').split('\n').flatMap((line) => {
    const [channel, id] = line.split(SEPARATOR);
    return channel && id ? [{ channel, id }] : [];
  });
  const found = await Promise.all(
    known.map(({ channel, id }) =>
      ask(HeldNowDocument, { channel, id }, (data) => data.hold)
        .then((hold) => [{ channel, hold }])
        .catch(() => []),
    ),
  );
  keep(found.flat().filter(({ hold }) => hold.status === 'ACTIVE'));
}

/**
 * Holds one unit of an SKU; returns the id of the hold. The key makes a retry of the same click safe.
 *
 * @throws Failure with the code of the user error
 */
export async function holdNow(channel: string, sku: string): Promise<string> {
  const input = { lines: [{ sku, quantity: 1 }], idempotencyKey: crypto.randomUUID() };
  const payload = await twice(() => ask(HoldNowDocument, { channel, input }, (data) => data.holdCreate));
  const { hold, userErrors } = payload;
  if (hold == null) throw toUserFailure(userErrors);
  keep([...holds.value, { channel, hold }]);
  return hold.id;
}

/** Holds it for as long as a hold may last. @throws Failure with the code of the user error */
export async function extendHold({ channel, hold }: Held): Promise<void> {
  const input = { hold: hold.id, idempotencyKey: crypto.randomUUID() };
  const payload = await twice(() => ask(KeepHoldDocument, { channel, input }, (data) => data.holdExtend));
  if (payload.hold != null) replace(payload.hold);
  if (payload.userErrors.length > 0) throw toUserFailure(payload.userErrors);
}

/** Gives the stock back. @throws Failure */
export async function releaseHold({ channel, hold }: Held): Promise<void> {
  const input = { hold: hold.id, idempotencyKey: crypto.randomUUID() };
  await twice(() => ask(LetGoDocument, { channel, input }, (data) => data.holdRelease));
  forget(hold.id);
}

/** The hold has ended by itself. */
export const forget = (id: string): void => keep(holds.value.filter(({ hold }) => hold.id !== id));

const replace = (hold: HeldStockFragment): void =>
  keep(holds.value.map((held) => (held.hold.id === hold.id ? { ...held, hold } : held)));

/** A call whose answer was lost is sent once more, with the same idempotency key. */
const twice = <T>(call: () => Promise<T>): Promise<T> =>
  call().catch((error: unknown) => {
    if (toFailure(error).code !== 'OFFLINE') throw error;
    return call();
  });

function toUserFailure(errors: readonly { readonly code: string; readonly message: string }[]): Failure {
  const [error] = errors;
  return new Failure(error?.code ?? 'UNKNOWN', error?.message ?? 'Nothing was held.');
}
