import { RequestError } from '../errors.js';
import { hashSecret, readBearer } from './api-key.js';
import type { ApiKeyStore } from './api-key.store.js';
import { isAddress } from '../platform/client-network.js';
import { anonymousWith, type Caller, requireScope, type Scope } from './caller.js';
import type { KeyUses } from './key-uses.js';
import type { ShopperTokens } from './shopper-tokens.js';

/** What a request says about its caller. */
interface Credentials {
  /** The Authorization header; null when there is none. */
  readonly authorization: string | null;
  /** The Vitrine-Shopper header; null when there is none. */
  readonly shopperToken: string | null;
  /** The Vitrine-Shopper-Address header; null when there is none. */
  readonly shopperAddress: string | null;
  /** The Origin header, which browsers send; null when there is none. */
  readonly origin: string | null;
}

/** Finds out who sends a request. */
export class Authenticator {
  readonly #anonymous: Caller;

  constructor(
    private readonly keys: Pick<ApiKeyStore, 'find' | 'knows'>,
    private readonly uses: Pick<KeyUses, 'note'>,
    /** Null: no shopper is accepted. */
    private readonly shoppers: Pick<ShopperTokens, 'shopperOf'> | null,
    anonymousScopes: ReadonlySet<Scope>,
  ) {
    this.#anonymous = anonymousWith(anonymousScopes);
  }

  /** Whether the header has a key that was valid when it was last used, so that it is worth looking up. */
  knows(authorization: string): boolean {
    const secret = readBearer(authorization);
    return secret !== null && this.keys.knows(hashSecret(secret));
  }

  /**
   * The holder of the key. Only a request without the Authorization header is anonymous.
   * @throws RequestError UNAUTHENTICATED for a malformed, unknown, expired, or revoked key; FORBIDDEN for an origin that
   * the key does not allow
   */
  async keyHolder({ authorization, origin }: Pick<Credentials, 'authorization' | 'origin'>): Promise<Caller> {
    return authorization === null ? this.#anonymous : this.#keyHolder(authorization, origin);
  }

  /**
   * The caller with the shopper for whom it acts, as far as the request names one.
   * @throws RequestError UNAUTHENTICATED for a malformed, expired, or forged token; SHOPPER_KEYS_UNAVAILABLE; FORBIDDEN
   * or UNAUTHENTICATED for an address without the scope shoppers:forward; BAD_USER_INPUT for a malformed address
   */
  async withShopper(
    caller: Caller,
    { shopperToken, shopperAddress }: Pick<Credentials, 'shopperToken' | 'shopperAddress'>,
  ): Promise<Caller> {
    if (shopperAddress !== null) {
      requireScope(caller, 'shoppers:forward');
      if (!isAddress(shopperAddress))
        throw new RequestError(
          'BAD_USER_INPUT',
          'Vitrine-Shopper-Address must be one IP address: that of the shopper, without proxies.',
        );
    }
    const shopper = await this.#shopperOf(shopperToken);
    return { ...caller, shopper, shopperAddress };
  }

  async #shopperOf(shopperToken: string | null): Promise<Buffer | null> {
    if (shopperToken === null) return null;
    if (this.shoppers === null) {
      throw new RequestError(
        'UNAUTHENTICATED',
        'This gateway accepts no shopper tokens: omit Vitrine-Shopper, or set VITRINE_SHOPPER_ISSUER and its key.',
      );
    }
    return this.shoppers.shopperOf(shopperToken);
  }

  async #keyHolder(authorization: string, origin: string | null): Promise<Caller> {
    const secret = readBearer(authorization);
    if (secret === null) {
      throw new RequestError(
        'UNAUTHENTICATED',
        'Authorization must be `Bearer vitrine_…`, once, with a key from `npx vitrine keys create NAME`; omit the header to call without a key.',
      );
    }
    const key = await this.keys.find(hashSecret(secret));
    if (key === null) {
      throw new RequestError(
        'UNAUTHENTICATED',
        'This API key is unknown, has expired, or was revoked: create another one with `npx vitrine keys create NAME`.',
      );
    }
    const { caller, origins } = key;
    if (origin !== null && origins.size > 0 && !origins.has(origin.toLowerCase())) {
      throw new RequestError(
        'FORBIDDEN',
        `The API key "${caller.name}" may not be used from ${origin}: its origins are ${[...origins].join(', ')}.`,
      );
    }
    this.uses.note(caller.keyId);
    return caller;
  }
}
