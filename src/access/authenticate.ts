import { RequestError } from '../errors.js';
import { hashSecret, readBearer } from './api-key.js';
import type { ApiKeyStore } from './api-key.store.js';
import { ANONYMOUS, type Caller } from './caller.js';

/**
 * Who sends this Authorization header (`Bearer vitrine_…`); anonymous without one, and only then.
 * @throws RequestError UNAUTHENTICATED for a header that is malformed, and a key that is unknown or revoked
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
