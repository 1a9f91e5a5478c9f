import { signal } from '@preact/signals';
import { ask } from '../api/ask.js';
import { Failure, toFailure } from '../api/failure.js';
import { newKey } from '../api/new-key.js';
import { repeat, twice } from '../api/repeat.js';
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

/** What the shopper gave back a moment ago, and may want to hold again; null: nothing. */
export const givenBack = signal<Held | null>(null);

const KEY = 'vitrine.holds';
const SEPARATOR = ' ';

interface Stored {
  readonly channel: string;
  /** As the tab that asked last knows; empty in what the page stored before it had several ends. */
  readonly expiresAt: string;
}

/** What this browser holds, in all its tabs, by the ids of the holds; oldest first. */
const stored = (): Map<string, Stored> =>
  new Map(
    (recall(KEY) ?? '').split('\n').flatMap((line) => {
      const [channel, id, expiresAt = ''] = line.split(SEPARATOR);
      return channel && id ? [[id, { channel, expiresAt }]] : [];
    }),
  );

/** Another tab may have stored something since: what is stored is changed, never replaced by what this tab knows. */
function store(change: (known: Map<string, Stored>) => void): void {
  const known = stored();
  change(known);
  const lines = [...known].map(([id, { channel, expiresAt }]) => [channel, id, expiresAt].join(SEPARATOR));
  remember(KEY, lines.length === 0 ? null : lines.join('\n'));
}

/** Keeps a hold as it is now, for all tabs. */
function keep(held: Held): void {
  const { channel, hold } = held;
  store((known) => known.set(hold.id, { channel, expiresAt: hold.expiresAt }));
  const order = [...stored().keys()];
  holds.value = [...holds.value.filter((other) => other.hold.id !== hold.id), held].sort(
    (one, other) => order.indexOf(one.hold.id) - order.indexOf(other.hold.id),
  );
}

function forget(id: string): void {
  store((known) => known.delete(id));
  holds.value = holds.value.filter(({ hold }) => hold.id !== id);
}

/** These say nothing about the hold. */
const PASSING = new Set(['OFFLINE', 'SERVICE_OVERLOADED', 'DATABASE_UNAVAILABLE', 'THROTTLED']);
const ASK_AGAIN_MS = 5_000;
const asking = new Set<string>();

async function resume(id: string, channel: string): Promise<void> {
  if (asking.has(id) || holds.value.some(({ hold }) => hold.id === id)) return;
  asking.add(id);
  try {
    await look(id, channel);
  } finally {
    asking.delete(id);
  }
}

/**
 * Finds out how a hold stands: keeps one that is active, and forgets one that has ended. Asks until there is an answer:
 * the stock stays held, and only who knows the id can check out or release it.
 *
 * @throws Failure when waiting does not help, which says nothing about the hold
 */
export async function look(
  id: string,
  channel: string,
  signal?: AbortSignal,
): Promise<HeldStockFragment['status']> {
  const question = () => ask(HeldNowDocument, { channel, id }, (data) => data.hold);
  const hold = await repeat(
    () =>
      question().catch((error: unknown) => {
        if (toFailure(error).code === 'NOT_FOUND') return null;
        throw error;
      }),
    ({ code, retryAfterMs }) => (PASSING.has(code) ? Math.max(ASK_AGAIN_MS, retryAfterMs ?? 0) : null),
    signal,
  );
  if (hold?.status === 'ACTIVE') keep({ channel, hold });
  else forget(id);
  return hold?.status ?? 'EXPIRED';
}

/** Finds what was held before the page was loaded again, or by another tab. */
function resumeHolds(): void {
  for (const [id, { channel }] of stored()) resume(id, channel).catch(() => {});
}

/** Follows what other tabs of this browser hold and let go. To be called once. */
export function followHolds(): void {
  resumeHolds();
  addEventListener('online', resumeHolds);
  addEventListener('storage', ({ key }) => {
    // Null: everything was cleared.
    if (key !== KEY && key !== null) return;
    const known = stored();
    holds.value = holds.value.flatMap((held) => {
      const now = known.get(held.hold.id);
      if (now === undefined) return [];
      return now.expiresAt === '' ? [held] : [{ ...held, hold: { ...held.hold, expiresAt: now.expiresAt } }];
    });
    resumeHolds();
  });
}

/**
 * Holds one unit of an SKU, with `backorder` one that is not in stock yet; returns the id of the hold. As long as no
 * answer came, the next click has the same key: it finds the hold that may have been made, also after a reload.
 *
 * @throws Failure with the code of the user error
 */
export async function holdNow(channel: string, sku: string, backorder: boolean): Promise<string> {
  const click = ['vitrine.click', channel, sku, String(backorder)].join(SEPARATOR);
  const idempotencyKey = recall(click) ?? newKey();
  remember(click, idempotencyKey);
  const input = { lines: [{ sku, quantity: 1, backorder }], idempotencyKey };
  const payload = await twice(() => ask(HoldNowDocument, { channel, input }, (data) => data.holdCreate));
  remember(click, null);
  const { hold, userErrors } = payload;
  if (hold == null) throw toUserFailure(userErrors);
  // One of an old click, which has ended since.
  if (hold.status !== 'ACTIVE') return holdNow(channel, sku, backorder);
  givenBack.value = null;
  keep({ channel, hold });
  return hold.id;
}

/** Holds what was given back, if it is still free; returns the id of the hold. @throws Failure as `holdNow` */
export async function holdAgain({ channel, hold: { lines } }: Held): Promise<string> {
  const [line] = lines;
  if (line?.sku == null) throw new Failure('INSUFFICIENT_STOCK', 'It is no longer offered.');
  return holdNow(channel, line.sku.id, line.promised);
}

/**
 * Holds it for the channel's usual time from now on, or as long as it may be held in all; returns when it ends then.
 *
 * @throws Failure with the code of the user error
 */
export async function extendHold({ channel, hold }: Held): Promise<string> {
  const input = { hold: hold.id, idempotencyKey: newKey() };
  const payload = await twice(() => ask(KeepHoldDocument, { channel, input }, (data) => data.holdExtend));
  if (payload.hold != null) keep({ channel, hold: payload.hold });
  if (payload.hold == null || payload.userErrors.length > 0) throw toUserFailure(payload.userErrors);
  return payload.hold.expiresAt;
}

/** Gives the stock back. @throws Failure */
export async function releaseHold(held: Held): Promise<void> {
  const { channel, hold } = held;
  const input = { hold: hold.id, idempotencyKey: newKey() };
  await twice(() => ask(LetGoDocument, { channel, input }, (data) => data.holdRelease));
  forget(hold.id);
  givenBack.value = held;
}

function toUserFailure(errors: readonly { readonly code: string; readonly message: string }[]): Failure {
  const [error] = errors;
  return new Failure(error?.code ?? 'UNKNOWN', error?.message ?? 'Nothing was held.');
}
