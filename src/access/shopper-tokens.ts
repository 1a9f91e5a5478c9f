import { createHash } from 'node:crypto';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ShopperConfig } from '../config.js';
import { RequestError } from '../errors.js';
import type { Logger } from '../platform/logging.js';
import { remoteKeys } from './remote-keys.js';
import type { Pseudonyms } from './pseudonyms.js';

/** Tokens with many claims have 2,000 characters, and all headers together at most 16 kB. */
const MAX_TOKEN_CHARS = 4_096;
/** How far the clocks of two servers may differ. */
const CLOCK_TOLERANCE_SECONDS = 10;
/** A token is verified again after this time, so that a key that its issuer withdrew is noticed. */
const VERIFIED_MS = 60_000;
const MAX_VERIFIED = 10_000;

/**
 * Only algorithms for the kind of key that is configured. Otherwise a public key could be used as the secret of an
 * HMAC, which everyone can compute.
 */
const PUBLIC_KEY_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const SECRET_ALGORITHMS = ['HS256'];

const claims = z.object({ sub: z.string().min(1), exp: z.number() });

interface Verified {
  readonly shopper: Buffer;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/** Verifies the tokens that name shoppers: JWTs that the shop's own login signs. */
export class ShopperTokens {
  readonly #key: Uint8Array | JWTVerifyGetKey;
  readonly #algorithms: string[];
  /** By the SHA-256 of the token. */
  readonly #verified = new LRUCache<string, Verified>({ max: MAX_VERIFIED, ttl: VERIFIED_MS });

  constructor(
    private readonly config: ShopperConfig,
    private readonly pseudonyms: Pick<Pseudonyms, 'of'>,
    log: Pick<Logger, 'warn'>,
  ) {
    const { keys } = config;
    this.#key = 'secret' in keys ? Buffer.from(keys.secret) : remoteKeys(keys.jwks, log);
    this.#algorithms = 'secret' in keys ? SECRET_ALGORITHMS : PUBLIC_KEY_ALGORITHMS;
  }

  /**
   * The pseudonym of the shopper that a token names.
   * @throws RequestError UNAUTHENTICATED, SHOPPER_KEYS_UNAVAILABLE
   */
  async shopperOf(token: string): Promise<Buffer> {
    if (token.length > MAX_TOKEN_CHARS) throw refused(`it has more than ${MAX_TOKEN_CHARS} characters`);
    const id = createHash('sha256').update(token).digest('base64url');
    const known = this.#verified.get(id);
    if (known !== undefined && known.until > Date.now()) return known.shopper;
    const { sub, exp } = await this.#verify(token);
    // With the issuer, because another issuer may give the same name to somebody else.
    const shopper = await this.pseudonyms.of(JSON.stringify(['shopper', this.config.issuer, sub]));
    this.#verified.set(id, { shopper, until: (exp + CLOCK_TOLERANCE_SECONDS) * 1_000 });
    return shopper;
  }

  async #verify(token: string): Promise<z.infer<typeof claims>> {
    const { issuer, audience } = this.config;
    const options = {
      algorithms: this.#algorithms,
      issuer,
      ...(audience === null ? {} : { audience }),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
    };
    try {
      const key = this.#key;
      // Two overloads, for a key and for a function that finds one.
      const { payload } =
        typeof key === 'function'
          ? await jwtVerify(token, key, options)
          : await jwtVerify(token, key, options);
      const read = claims.safeParse(payload);
      if (!read.success) throw refused('"sub" must be a non-empty text');
      return read.data;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw refused('it has expired', error);
      if (error instanceof errors.JOSEError) throw refused(error.message, error);
      throw error;
    }
  }
}

function refused(why: string, cause?: unknown): RequestError {
  return new RequestError(
    'UNAUTHENTICATED',
    `Vitrine-Shopper is not a valid token (${why}): send a new JWT from the shop’s login, or omit the header.`,
    { cause },
  );
}
