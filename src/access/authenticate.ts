import { RequestError } from '../errors.js';
import { hashSecret, readBearer } from './api-key.js';
import type { ApiKeyStore } from './api-key.store.js';
import { anonymousWith, type Caller, type Scope } from './caller.js';
import type { KeyUses } from './key-uses.js';
import type { ShopperTokens } from './shopper-tokens.js';

/** What a request says about its caller. */
interface Credentials {
  /** The Authorization header; null when there is none. */
  readonly authorization: string | null;
  /** The Vitrine-Shopper header; null when there is none. */
  readonly shopperToken: string | null;
  /** The Origin header, which browsers send; null when there is none. */
  readonly origin: string | null;
}

/** Finds out who sends a request. */
export class Authenticator {
  readonly #anonymous: Caller;

  constructor(
    private readonly keys: Pick<ApiKeyStore, 'find'>,
    private readonly uses: Pick<KeyUses, 'note'>,
    /** Null: no shopper is accepted. */
    private readonly shoppers: Pick<ShopperTokens, 'shopperOf'> | null,
    anonymousScopes: ReadonlySet<Scope>,
  ) {
    this.#anonymous = anonymousWith(anonymousScopes);
  }

  /**
   * The caller with these credentials. Only a request without the Authorization header is anonymous.
   * @throws RequestError UNAUTHENTICATED for malformed, unknown, expired, or revoked credentials; FORBIDDEN for an
   * origin that the key does not allow; SHOPPER_KEYS_UNAVAILABLE
   */
  async identify({ authorization, shopperToken, origin }: Credentials): Promise<Caller> {
    const caller = authorization === null ? this.#anonymous : await this.#keyHolder(authorization, origin);
    if (shopperToken === null) return caller;
    if (this.shoppers === null) {
      throw new RequestError(
        'UNAUTHENTICATED',
        'This gateway accepts no shopper tokens: omit Vitrine-Shopper, or set VITRINE_SHOPPER_ISSUER and its key.',
      );
    }
    return { ...caller, shopper: await this.shoppers.shopperOf(shopperToken) };
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
