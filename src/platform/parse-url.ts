/** Most browsers and servers take no longer ones. */
export const MAX_URL_LENGTH = 2_048;
/** A DNS name has at most 253 characters; a user and a port may be beside it. */
const MAX_AUTHORITY_LENGTH = 300;
const AUTHORITY = /^\s*[a-z][a-z0-9+.-]*:[/\\]*([^/\\?#]*)/i;

/**
 * The URL that a text of a stranger is, or null. The time that a host with letters beyond ASCII takes grows with the
 * square of its length (RFC 3492), so that a long one would keep the event loop for seconds.
 */
export function parseUrl(text: string): URL | null {
  if (text.length > MAX_URL_LENGTH) return null;
  // The parser skips tabs and line breaks wherever they are.
  const [, authority = ''] = AUTHORITY.exec(text.replace(/[\t\n\r]/g, '')) ?? [];
  return authority.length <= MAX_AUTHORITY_LENGTH && URL.canParse(text) ? new URL(text) : null;
}
