import type { IncomingMessage } from 'node:http';
import { boundBody } from './bound-body.js';
import { FREE_BODY_CHUNKS, MIN_MEAN_CHUNK_BYTES } from './limits.js';

/**
 * Calls `refuse`, at most once, when the body of a request comes in many chunks of a few bytes: each of them takes as
 * long to pass on as one of 64 kB, and 100 times its size in memory. What comes afterward is not passed on.
 */
export function boundChunks(request: IncomingMessage, refuse: () => void): void {
  let chunks = 0;
  let bytes = 0;
  const isTooMuch = (chunk: Buffer): boolean => {
    chunks += 1;
    bytes += chunk.byteLength;
    return chunks > FREE_BODY_CHUNKS && bytes < chunks * MIN_MEAN_CHUNK_BYTES;
  };
  boundBody(request, isTooMuch, refuse);
}
