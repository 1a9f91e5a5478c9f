import type { IncomingMessage } from 'node:http';

/**
 * Calls `refuse`, at most once, when `isTooMuch` says so of a chunk of the body of a request. Neither this chunk nor what
 * comes afterward is passed on.
 */
export function boundBody(
  request: IncomingMessage,
  isTooMuch: (chunk: Buffer) => boolean,
  refuse: () => void,
): void {
  // Node's parser pushes each chunk; nobody who reads the body sees all of them.
  const push = request.push.bind(request);
  let isRefused = false;
  request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (isRefused) return false;
    if (!Buffer.isBuffer(chunk) || !isTooMuch(chunk)) return push(chunk, encoding);
    isRefused = true;
    refuse();
    return false;
  };
}
