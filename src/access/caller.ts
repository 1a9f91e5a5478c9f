import { RequestError } from '../errors.js';

/** What an API key may do. The values are those of `api_keys.scopes`. */
export const SCOPES = ['catalog:write', 'holds:create', 'holds:confirm'] as const;

export type Scope = (typeof SCOPES)[number];

/** Who sent a request. */
export interface Caller {
  /** The id of the API key's row; null for anonymous callers. */
  readonly keyId: number | null;
  /** The name of the API key, or "anonymous"; recorded as the author of writes. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The channel of requests that do not name one; null: the default channel. */
  readonly channelHandle: string | null;
  /** Whether it may execute only documents that the operator trusts. */
  readonly trustedDocumentsOnly: boolean;
}

export const ANONYMOUS: Caller = {
  keyId: null,
  name: 'anonymous',
  scopes: new Set(),
  channelHandle: null,
  trustedDocumentsOnly: false,
};

/** @throws RequestError UNAUTHENTICATED without an API key, FORBIDDEN with one that lacks the scope */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  const remedy = `create one with \`npx vitrine keys create NAME --scope ${scope}\` and send it in the header \`Authorization: Bearer …\`.`;
  if (caller.keyId === null) {
    throw new RequestError('UNAUTHENTICATED', `This requires an API key with the scope ${scope}: ${remedy}`);
  }
  throw new RequestError('FORBIDDEN', `The API key "${caller.name}" lacks the scope ${scope}: ${remedy}`);
}

/** Whether the caller has the scope in this channel. A key that belongs to a channel has its scopes only there. */
export const hasScopeIn = (
  { scopes, channelHandle }: Caller,
  scope: Scope,
  channel: { readonly handle: string },
): boolean => scopes.has(scope) && (channelHandle === null || channelHandle === channel.handle);

/**
 * @throws RequestError UNAUTHENTICATED without an API key, FORBIDDEN with one that lacks the scope in this channel
 */
export function requireScopeIn(caller: Caller, scope: Scope, channel: { readonly handle: string }): void {
  requireScope(caller, scope);
  if (hasScopeIn(caller, scope, channel)) return;
  throw new RequestError(
    'FORBIDDEN',
    `The API key "${caller.name}" is for the channel "${caller.channelHandle ?? ''}", but this request is in the channel "${channel.handle}": ` +
      'use a key for this channel, or one without a channel.',
  );
}
