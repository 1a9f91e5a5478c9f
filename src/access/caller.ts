import { RequestError } from '../errors.js';

/** What a caller may do; none includes another. The values are those of `api_keys.grants`. */
export const SCOPES = [
  'catalog:read',
  'catalog:write',
  'stock:write',
  'prices:write',
  'holds:create',
  'holds:confirm',
  'boards',
  'shoppers:forward',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Who sent a request. */
export interface Caller {
  /** The id of the API key's row; null for callers without a key. */
  readonly keyId: number | null;
  /** The name of the API key, or "anonymous"; recorded as the author of writes. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Handles of the only channels that it may use, first that of requests that name none; empty: any channel. */
  readonly channels: readonly string[];
  /** Points of cost per second that the key has to itself; null: as many as any other caller. */
  readonly budget: number | null;
  /** Whether the key may send only operations that the operator has registered. */
  readonly trustedDocumentsOnly: boolean;
  /** The pseudonym of the shopper for whom it acts (32 bytes); null: it acts for itself. */
  readonly shopper: Buffer | null;
  /** The IP address of the shopper for whom it acts; null: it names none. */
  readonly shopperAddress: string | null;
}

/** How tables name a caller. Holds and boards belong to both together; so do idempotency keys (`keyOwner`). */
export interface Owner {
  /** The id of the API key; 0: none. */
  readonly key: number;
  /** Empty: no shopper. */
  readonly shopper: Buffer;
}

/** Owns what belongs to callers without an API key. */
export const NO_KEY = 0;
const NO_SHOPPER = Buffer.alloc(0);

export const ownerOf = ({ keyId, shopper }: Caller): Owner => ({
  key: keyId ?? NO_KEY,
  shopper: shopper ?? NO_SHOPPER,
});

/** Whether a request does not say who sends it: its boards are in no list, and everyone who knows their ids has them. */
export const isNobody = ({ keyId, shopper }: Caller): boolean => keyId === null && shopper === null;

/** A caller without an API key. */
export const anonymousWith = (scopes: ReadonlySet<Scope>): Caller => ({
  keyId: null,
  name: 'anonymous',
  scopes,
  channels: [],
  budget: null,
  trustedDocumentsOnly: false,
  shopper: null,
  shopperAddress: null,
});

/** @throws RequestError UNAUTHENTICATED without an API key, FORBIDDEN with one that lacks the scope */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  const remedy = `create one with \`npx vitrine keys create NAME --scope ${scope}\` and send it in the header \`Authorization: Bearer …\`.`;
  if (caller.keyId === null) {
    throw new RequestError('UNAUTHENTICATED', `This requires an API key with the scope ${scope}: ${remedy}`);
  }
  throw new RequestError('FORBIDDEN', `The API key "${caller.name}" lacks the scope ${scope}: ${remedy}`);
}

/** @throws RequestError FORBIDDEN with a key that is for other channels */
export function requireChannel({ name, channels }: Caller, handle: string): void {
  if (channels.length === 0 || channels.includes(handle)) return;
  const list = channels.map((channel) => `"${channel}"`).join(', ');
  throw new RequestError(
    'FORBIDDEN',
    `The API key "${name}" is for the channel${channels.length > 1 ? 's' : ''} ${list}, not for ${JSON.stringify(handle)}: ` +
      'use a key for this channel, or one for all channels.',
  );
}
