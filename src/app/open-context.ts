import type { Authenticator } from '../access/authenticate.js';
import type { Caller } from '../access/caller.js';
import type { Pseudonyms } from '../access/pseudonyms.js';
import type { CatalogLoaders } from '../catalog/loaders.js';
import type { Meter } from '../graph/meter.js';
import { Context } from '../graph/request-context.js';
import type { RequestFacts } from '../graph/server-context.js';

/** The context of a request or a WebSocket. @throws RequestError UNAUTHENTICATED, FORBIDDEN, SHOPPER_KEYS_UNAVAILABLE */
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
  const identify = (): Promise<Caller> => callers.identify(request);
  return new Context(loaders, request, await identify(), identify, meter, pseudonyms);
}
