import { RequestError } from '../errors.js';
import { hashSecret, readBearer } from './api-key.js';
import type { ApiKeyStore } from './api-key.store.js';
import { ANONYMOUS, type Caller } from './caller.js';

/**
 * The caller who sends this Authorization header (`Bearer vitrine_…`). Only a request without the header is
 * anonymous.
 * @throws RequestError UNAUTHENTICATED for a malformed header, and for an unknown or revoked key
 */
export async function authenticate(keys: ApiKeyStore, authorization: string | null): Promise<Caller> {
  if (authorization === null) return ANONYMOUS;
  const secret = readBearer(authorization);
  if (secret === null) {
    throw new RequestError(
      'UNAUTHENTICATED',
      'Authorization must be `Bearer vitrine_…`, with a key from `npx vitrine keys create NAME`; omit the header to call without a key.',
    );
  }
  const caller = await keys.find(hashSecret(secret));
  if (caller === null) {
    throw new RequestError(
      'UNAUTHENTICATED',
      'This API key is unknown or was revoked: create another one with `npx vitrine keys create NAME`.',
    );
  }
  return caller;
}
