import { MCP_PATH } from '../mcp/mcp-path.js';
import { capabilitiesAt, imageSearchName } from './agreement.js';
import { EXTENSION_PATH } from './image-search-schema.js';
import { CART, LOOKUP, SEARCH, UCP_SITE, UCP_VERSION } from './protocol.js';
import { REST_PATH } from './rest.js';

/** Where UCP describes a capability, below its site. */
const DESCRIBED: Readonly<Record<string, { readonly spec: string; readonly schema: string }>> = {
  [SEARCH]: { spec: 'specification/shopping/catalog/search', schema: 'schemas/shopping/catalog_search.json' },
  [LOOKUP]: { spec: 'specification/shopping/catalog/lookup', schema: 'schemas/shopping/catalog_lookup.json' },
  [CART]: { spec: 'specification/shopping/cart', schema: 'schemas/shopping/cart.json' },
};

/** What this gateway tells agents about itself, at /.well-known/ucp. */
export function businessProfile(publicUrl: string): object {
  const extension = imageSearchName(publicUrl);
  const capabilities = [...capabilitiesAt(publicUrl)].map(
    ([name, { version, extends: parents }]): [string, object[]] => {
      const described = DESCRIBED[name];
      const urls =
        described === undefined || name === extension
          ? { schema: publicUrl + EXTENSION_PATH }
          : { spec: `${UCP_SITE}/${described.spec}`, schema: `${UCP_SITE}/${described.schema}` };
      return [name, [{ version, ...urls, ...(parents === undefined ? {} : { extends: parents }) }]];
    },
  );
  return {
    ucp: {
      version: UCP_VERSION,
      services: {
        'dev.ucp.shopping': [
          {
            version: UCP_VERSION,
            spec: `${UCP_SITE}/specification/overview`,
            transport: 'rest',
            endpoint: publicUrl + REST_PATH,
            schema: `${UCP_SITE}/services/shopping/rest.openapi.json`,
          },
          {
            version: UCP_VERSION,
            spec: `${UCP_SITE}/specification/overview`,
            transport: 'mcp',
            endpoint: publicUrl + MCP_PATH,
            schema: `${UCP_SITE}/services/shopping/mcp.openrpc.json`,
          },
        ],
      },
      capabilities: Object.fromEntries(capabilities),
      // The sale is completed at the merchant's checkout, where continue_url leads.
      payment_handlers: {},
    },
  };
}
