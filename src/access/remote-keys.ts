import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import type { Logger } from '../platform/logging.js';

/** Requests wait for the first keys. */
const FETCH_TIMEOUT_MS = 3_000;
/** A withdrawn key is accepted for at most this long, */
const KEYS_KEPT_MS = 10 * 60 * 1_000;
/** and this much longer while the keys cannot be fetched: a failure of the login must not stop those who are logged in. */
const KEYS_KEPT_IN_FAILURE_MS = 60 * 60 * 1_000;
/** A token that names an unknown key makes the keys be fetched again, but not more often than this. */
const REFETCH_MS = 30_000;
/** After a failure, requests fail at once for this long instead of waiting for the same failure. */
const RETRY_MS = 5_000;

const keySet = z.object({ keys: z.array(z.looseObject({})) });

/** The public keys at this address, fetched when a token needs them and kept. */
export function remoteKeys(jwks: URL, log: Pick<Logger, 'warn'>): JWTVerifyGetKey {
  const find = createRemoteJWKSet(jwks, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEYS_KEPT_MS,
    cooldownDuration: REFETCH_MS,
    [customFetch]: fetchPatiently(log),
  });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      const isOfToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isOfToken) throw error;
      throw new RequestError(
        'SHOPPER_KEYS_UNAVAILABLE',
        'The keys for shopper tokens cannot be fetched right now: try again in a few seconds.',
        { cause: error },
      );
    }
  };
}

/** Fetches keys; when that fails, answers the last ones for a while. */
function fetchPatiently(log: Pick<Logger, 'warn'>) {
  let known: { readonly keys: z.infer<typeof keySet>; readonly until: number } | null = null;
  let failure: { readonly error: unknown; readonly until: number } | null = null;
  const read = async (url: string, options: RequestInit): Promise<z.infer<typeof keySet>> => {
    const response = await fetch(url, options);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    return keySet.parse(await response.json());
  };
  return async (url: string, options: RequestInit): Promise<Response> => {
    if (failure === null || failure.until <= Date.now()) {
      try {
        const keys = await read(url, options);
        known = { keys, until: Date.now() + KEYS_KEPT_MS + KEYS_KEPT_IN_FAILURE_MS };
        failure = null;
      } catch (error) {
        failure = { error, until: Date.now() + RETRY_MS };
        log.warn({ err: error }, 'The keys for shopper tokens could not be fetched');
      }
    }
    if (known !== null && known.until > Date.now()) return Response.json(known.keys);
    throw new Error('no keys are known', { cause: failure?.error });
  };
}
