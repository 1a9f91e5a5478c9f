import type { Authenticator } from '../access/authenticate.js';
import type { Caller } from '../access/caller.js';
import { RequestError } from '../errors.js';
import type { Pseudonyms } from '../access/pseudonyms.js';
import type { CatalogLoaders } from '../catalog/loaders.js';
import type { Meter } from '../graph/meter.js';
import { Context, payerOf } from '../graph/request-context.js';
import { RefusedError, type RequestFacts } from '../graph/server-context.js';
import { passes } from '../server/errors.js';

/**
 * The context of a request or a WebSocket.
 * @throws RequestError UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, SHOPPER_KEYS_UNAVAILABLE
 */
export async function openContext(
  {
    callers,
    loaders,
    meter,
    pseudonyms,
  }: {
    readonly callers: Authenticator;
    readonly loaders: CatalogLoaders;
    readonly meter: Meter;
    readonly pseudonyms: Pick<Pseudonyms, 'of'>;
  },
  request: RequestFacts,
): Promise<Context> {
  const identify = async (): Promise<Caller> => {
    const holder = await callers.keyHolder(request);
    try {
      return await callers.withShopper(holder, request);
    } catch (error) {
      if (holder.keyId === null || !(error instanceof RequestError) || passes(error.code)) throw error;
      throw new RefusedError(error, payerOf(holder, request.clientAddress));
    }
  };
  return new Context(loaders, request, await identify(), identify, meter, pseudonyms);
}
