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
import { newKey } from '../api/new-key.js';

export interface Held {
  readonly channel: string;
  readonly hold: HeldStockFragment;
}

/** What the shopper holds now, oldest first. */
export const holds = signal<readonly Held[]>([]);

const KEY = 'vitrine.holds';
const SEPARATOR = ' ';

/** The channels of what this browser holds, in all its tabs, by the ids of the holds; oldest first. */
const stored = (): Map<string, string> =>
  new Map(
    (recall(KEY) ?? '').split('\n').flatMap((line) => {
      const [channel, id] = line.split(SEPARATOR);
      return channel && id ? [[id, channel]] : [];
    }),
  );

/** Another tab may have stored something since: what is stored is changed, never replaced by what this tab knows. */
function store(change: (known: Map<string, string>) => void): void {
  const known = stored();
  change(known);
  const lines = [...known].map(([id, channel]) => `${channel}${SEPARATOR}${id}`);
  remember(KEY, lines.length === 0 ? null : lines.join('\n'));
}

function add(held: Held): void {
  store((known) => known.set(held.hold.id, held.channel));
  const order = [...stored().keys()];
  holds.value = [...holds.value.filter(({ hold }) => hold.id !== held.hold.id), held].sort(
    (one, other) => order.indexOf(one.hold.id) - order.indexOf(other.hold.id),
  );
}

/** These say nothing about the hold. */
const PASSING = new Set(['OFFLINE', 'SERVICE_OVERLOADED', 'DATABASE_UNAVAILABLE', 'THROTTLED']);
const ASK_AGAIN_MS = 10_000;
const asking = new Set<string>();

async function resume(id: string, channel: string): Promise<void> {
  if (asking.has(id) || holds.value.some(({ hold }) => hold.id === id)) return;
  asking.add(id);
  try {
    const hold = await ask(HeldNowDocument, { channel, id }, (data) => data.hold);
    if (hold.status === 'ACTIVE') add({ channel, hold });
    else forget(id);
  } catch (error) {
    const { code, retryAfterMs } = toFailure(error);
    if (code === 'NOT_FOUND') forget(id);
    // The stock stays held, and only who knows the id can check out or release it.
    else if (PASSING.has(code)) setTimeout(resumeHolds, Math.max(ASK_AGAIN_MS, retryAfterMs ?? 0));
  } finally {
    asking.delete(id);
  }
}

/** Finds what was held before the page was loaded again, or by another tab. */
function resumeHolds(): void {
  for (const [id, channel] of stored()) void resume(id, channel);
}

/** Follows what other tabs of this browser hold and let go. To be called once. */
export function followHolds(): void {
  resumeHolds();
  addEventListener('online', resumeHolds);
  addEventListener('storage', ({ key }) => {
    // Null: everything was cleared.
    if (key !== KEY && key !== null) return;
    const known = stored();
    holds.value = holds.value.filter(({ hold }) => known.has(hold.id));
    resumeHolds();
  });
}

/**
 * Holds one unit of an SKU, with `backorder` one that is not in stock yet; returns the id of the hold. The key makes a
 * retry of the same click safe.
 *
 * @throws Failure with the code of the user error
 */
export async function holdNow(channel: string, sku: string, backorder: boolean): Promise<string> {
  const input = { lines: [{ sku, quantity: 1, backorder }], idempotencyKey: newKey() };
  const payload = await twice(() => ask(HoldNowDocument, { channel, input }, (data) => data.holdCreate));
  const { hold, userErrors } = payload;
  if (hold == null) throw toUserFailure(userErrors);
  add({ channel, hold });
  return hold.id;
}

/** Holds it for the channel's usual time from now on. @throws Failure with the code of the user error */
export async function extendHold({ channel, hold }: Held): Promise<void> {
  const input = { hold: hold.id, idempotencyKey: newKey() };
  const payload = await twice(() => ask(KeepHoldDocument, { channel, input }, (data) => data.holdExtend));
  if (payload.hold != null) replace(payload.hold);
  if (payload.userErrors.length > 0) throw toUserFailure(payload.userErrors);
}

/** Gives the stock back. @throws Failure */
export async function releaseHold({ channel, hold }: Held): Promise<void> {
  const input = { hold: hold.id, idempotencyKey: newKey() };
  await twice(() => ask(LetGoDocument, { channel, input }, (data) => data.holdRelease));
  forget(hold.id);
}

/** The hold has ended by itself. */
export function forget(id: string): void {
  store((known) => known.delete(id));
  holds.value = holds.value.filter(({ hold }) => hold.id !== id);
}

const replace = (hold: HeldStockFragment): void => {
  holds.value = holds.value.map((held) => (held.hold.id === hold.id ? { ...held, hold } : held));
};

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
