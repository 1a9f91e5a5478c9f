import type { Duplex } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { WebSocket } from 'ws';
import { Bucket } from '../../budgets/bucket.js';
import type { Bounds } from '../../budgets/budgets.js';
import { MAX_SOCKET_CLIENTS, SOCKET_BYTES, SOCKET_FRAMES } from '../limits.js';

/** Ends the WebSockets of a site that sends more than any app does; `stream` is the socket's connection. */
export type FloodGuard = (site: string, socket: WebSocket, stream: Duplex) => void;

/**
 * graphql-ws and ws answer pings before anything is paid for, and a chunk of 64 kB holds thousands of them. All
 * WebSockets of a site count together, so that connecting again helps nobody.
 */
export function createFloodGuard(): FloodGuard {
  const sent = new LRUCache<string, { readonly frames: Bucket; readonly bytes: Bucket }>({
    max: MAX_SOCKET_CLIENTS,
  });
  return (site, socket, stream) => {
    const now = performance.now();
    const { frames, bytes } = sent.get(site) ?? {
      frames: new Bucket(SOCKET_FRAMES.capacity, now),
      bytes: new Bucket(SOCKET_BYTES.capacity, now),
    };
    sent.set(site, { frames, bytes });
    const spend = (bucket: Bucket, bounds: Bounds, count: number): void => {
      if (bucket.points(bounds, performance.now()) < count) socket.terminate();
      else bucket.add(-count, bounds, performance.now());
    };
    for (const event of ['message', 'ping', 'pong']) socket.on(event, () => spend(frames, SOCKET_FRAMES, 1));
    stream.on('data', (chunk: Buffer) => spend(bytes, SOCKET_BYTES, chunk.length));
  };
}
