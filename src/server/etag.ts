import { createHash } from 'node:crypto';

/** The tag of a content that is sent as it is. */
export const strongTag = (bytes: Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url')}"`;

/** The tag of a content that is sent in several encodings, and is the same in all of them. */
export const weakTag = (bytes: Buffer): string => `W/${strongTag(bytes)}`;

/** A client has one or two versions of a content. Thousands of tags take milliseconds to compare. */
const MAX_KNOWN_CHARS = 1_000;

/**
 * Whether the client has the content with this tag, by its If-None-Match header (RFC 9110, 13.1.2). Proxies make tags
 * weak when they compress.
 */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined || ifNoneMatch.length > MAX_KNOWN_CHARS) return false;
  const known = ifNoneMatch.split(',').map(strong);
  return known.includes('*') || known.includes(strong(etag));
}

const strong = (tag: string): string => tag.trim().replace(/^W\//, '');
