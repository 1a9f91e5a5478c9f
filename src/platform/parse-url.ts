/** Most browsers and servers take no longer ones. */
export const MAX_URL_LENGTH = 2_048;
/** A DNS name has at most 253 characters; a user and a port may be beside it. */
const MAX_AUTHORITY_LENGTH = 300;
const MAX_LABEL_LENGTH = 63;
const AUTHORITY = /^[a-z][a-z0-9+.-]*:[/\\]*([^/\\?#]*)/i;
const ASCII = /^[\x20-\x7e]*$/;
/** What ends a label: the dots of all scripts, and what stands around a host. */
const LABELS = /[.\u3002\uff0e\uff61@:]/;

/**
 * The URL in an untrusted text, or null. The time that a host with letters beyond ASCII takes grows with the
 * square of the length of its labels (RFC 3492), so that a long one would keep the event loop for seconds.
 */
export function parseUrl(text: string): URL | null {
  if (authorityOf(text) === null) return null;
  try {
    return new URL(text);
  } catch {
    // It throws for nothing else, and there is no `URL.parse` before Node 22.
    return null;
  }
}

/**
 * Whether a text looks like a URL. A host with letters beyond ASCII is only checked by `parseUrl`, where it is used: a
 * request may have thousands of them, and a short one still takes as long as a hundred others.
 */
export function looksLikeUrl(text: string): boolean {
  const authority = authorityOf(text);
  return authority !== null && (!ASCII.test(authority) || URL.canParse(text));
}

function authorityOf(text: string): string | null {
  if (text.length > MAX_URL_LENGTH) return null;
  // The parser skips spaces around the text, and tabs and line breaks wherever they are.
  const [, authority] = AUTHORITY.exec(text.trim().replace(/[\t\n\r]/g, '')) ?? [];
  if (authority === undefined || authority.length > MAX_AUTHORITY_LENGTH) return null;
  return authority.split(LABELS).some((label) => label.length > MAX_LABEL_LENGTH) ? null : authority;
}
