import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../platform/client-network.js';
import {
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_CLIENT,
  MAX_REQUESTS_IN_WORK_PER_CONNECTION,
  SHUT_OUT_MS,
} from './limits.js';
import type { Trusts } from './seen-from.js';

const TOO_MANY = [
  'HTTP/1.1 503 Service Unavailable',
  'Connection: close',
  'Retry-After: 5',
  'Content-Length: 0',
  '\r\n',
].join('\r\n');

/**
 * Bounds open connections, of all clients and of each, and the requests that a connection sends without waiting for
 * responses. Node reads thousands of those at once, so a client that sends too many loses all of its connections, and
 * gets no new ones for SHUT_OUT_MS. A trusted proxy may open any number of connections, because they are those of its
 * clients, and loses only the one.
 */
export function boundConnections(server: Server, trusts: Trusts): void {
  const opened = new Map<string, Set<Socket>>();
  const shutOut = new Map<string, NodeJS.Timeout>();
  const inWork = new WeakMap<Socket, number>();
  const clientOf = ({ remoteAddress = '' }: Socket): string | null =>
    trusts(remoteAddress, 0) ? null : networkOf(remoteAddress);

  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    const client = clientOf(socket);
    if (client === null) return;
    const sockets = opened.get(client) ?? new Set();
    if (shutOut.has(client)) socket.destroy();
    else if (sockets.size >= MAX_CONNECTIONS_PER_CLIENT) socket.end(TOO_MANY, () => socket.destroy());
    else {
      opened.set(client, sockets.add(socket));
      socket.once('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0) opened.delete(client);
      });
    }
  });

  const shut = (socket: Socket): void => {
    socket.destroy();
    const client = clientOf(socket);
    if (client === null || shutOut.has(client)) return;
    for (const other of opened.get(client) ?? []) other.destroy();
    shutOut.set(client, setTimeout(() => shutOut.delete(client), SHUT_OUT_MS).unref());
  };

  // In place of the listeners, because one cannot keep a request from the others.
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // What was read before its connection was closed.
    if (socket.destroyed) return;
    const count = (inWork.get(socket) ?? 0) + 1;
    if (count > MAX_REQUESTS_IN_WORK_PER_CONNECTION) {
      shut(socket);
      return;
    }
    inWork.set(socket, count);
    response.once('close', () => inWork.set(socket, (inWork.get(socket) ?? 1) - 1));
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  });
}
