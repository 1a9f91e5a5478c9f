import type { IncomingMessage } from 'node:http';
import { boundBody } from './bound-body.js';
import { MAX_FORM_PARTS } from './limits.js';

/** What is before each part of a form but the first, whatever its boundary is. By chance, one image in 400 has it once. */
const BEFORE_PART = '\r\n--';

/**
 * Calls `refuse`, at most once, when a form has more parts than anybody sends: each of them takes the parser longer than
 * a kilobyte of an image, and thousands fit in what comes at once. What comes afterward is not passed on.
 */
export function boundParts(request: IncomingMessage, refuse: () => void): void {
  if (!/^\s*multipart\//i.test(request.headers['content-type'] ?? '')) return;
  let parts = 0;
  const isTooMuch = (chunk: Buffer): boolean => {
    let at = chunk.indexOf(BEFORE_PART);
    for (; at !== -1 && parts <= MAX_FORM_PARTS; at = chunk.indexOf(BEFORE_PART, at + 1)) parts += 1;
    return parts > MAX_FORM_PARTS;
  };
  boundBody(request, isTooMuch, refuse);
}
