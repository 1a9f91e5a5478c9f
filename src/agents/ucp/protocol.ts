/** The version of the Universal Commerce Protocol that this gateway speaks. */
export const UCP_VERSION = '2026-08-25';
/** The version of the extension for pictures; a change that breaks clients gets a new one. */
export const IMAGE_SEARCH_VERSION = '2026-11-29';

export const SEARCH = 'dev.ucp.shopping.catalog.search';
export const LOOKUP = 'dev.ucp.shopping.catalog.lookup';
export const CART = 'dev.ucp.shopping.cart';

/** Where UCP publishes its schemas. */
export const UCP_SITE = `https://ucp.dev/${UCP_VERSION}`;

/** A message of an answer. `path` is a JSONPath into the request or the answer. */
export type UcpMessage =
  | {
      readonly type: 'error';
      readonly code: string;
      readonly content: string;
      readonly path?: string;
      readonly severity: 'recoverable' | 'unrecoverable';
    }
  | { readonly type: 'info'; readonly code: string; readonly content: string; readonly path?: string }
  | { readonly type: 'warning'; readonly code: string; readonly content: string; readonly path?: string };
