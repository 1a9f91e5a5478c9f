import type { ApiKeyStore } from '../access/api-key.store.js';
import { authenticate } from '../access/authenticate.js';
import type { CatalogLoaders } from '../catalog/loaders.js';
import { Context } from '../graph/request-context.js';
import type { RequestFacts } from '../graph/server-context.js';

/** The context of a request or a WebSocket. @throws RequestError UNAUTHENTICATED */
export async function openContext(
  { apiKeys, loaders }: { readonly apiKeys: ApiKeyStore; readonly loaders: CatalogLoaders },
  request: RequestFacts,
): Promise<Context> {
  return new Context(loaders, request, await authenticate(apiKeys, request.authorization));
}
