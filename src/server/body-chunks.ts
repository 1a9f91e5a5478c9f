import type { IncomingMessage } from 'node:http';
import { FREE_BODY_CHUNKS, MIN_MEAN_CHUNK_BYTES } from './limits.js';

/**
 * Calls `refuse`, at most once, when the body of a request comes in many chunks of a few bytes: each of them takes as
 * long to pass on as one of 64 kB, and 100 times its size in memory. What comes afterward is not passed on.
 */
export function boundChunks(request: IncomingMessage, refuse: () => void): void {
  // Node's parser pushes each chunk; nobody who reads the body sees all of them.
  const push = request.push.bind(request);
  let chunks = 0;
  let bytes = 0;
  let isRefused = false;
  request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (isRefused) return false;
    if (chunk instanceof Uint8Array) {
      chunks += 1;
      bytes += chunk.byteLength;
      if (chunks > FREE_BODY_CHUNKS && bytes < chunks * MIN_MEAN_CHUNK_BYTES) {
        isRefused = true;
        refuse();
        return false;
      }
    }
    return push(chunk, encoding);
  };
}
