import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../platform/client-network.js';
import { Holdings } from '../platform/holdings.js';
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
 * gets no new ones for SHUT_OUT_MS. When all connections are taken, the client with the most loses one to the
 * newcomer. A trusted proxy may open any number of connections, because they are those of its clients, and loses only
 * the one that sends too many requests.
 */
export function boundConnections(server: Server, trusts: Trusts, most = MAX_CONNECTIONS): void {
  const held = new Holdings<Socket>();
  let proxied = 0;
  const shutOut = new Map<string, NodeJS.Timeout>();
  const inWork = new WeakMap<Socket, number>();
  const clientOf = ({ remoteAddress = '' }: Socket): string | null =>
    trusts(remoteAddress, 0) ? null : networkOf(remoteAddress);

  /** Whether there is room for a connection of this client; another client may lose one for it. */
  const hasRoom = (count: number): boolean => {
    if (held.total + proxied < most) return true;
    const largest = held.largerThan(count);
    if (largest === null) return false;
    const sockets = [...largest.items];
    const loses = sockets.find((socket) => !inWork.get(socket)) ?? sockets[0];
    if (loses === undefined) return false;
    held.remove(largest.owner, loses);
    loses.destroy();
    return true;
  };

  server.on('connection', (socket) => {
    const client = clientOf(socket);
    const count = client === null ? 0 : held.of(client);
    if (client !== null && shutOut.has(client)) socket.destroy();
    else if (count >= MAX_CONNECTIONS_PER_CLIENT || !hasRoom(count))
      socket.end(TOO_MANY, () => socket.destroy());
    else {
      if (client === null) proxied += 1;
      else held.add(client, socket);
      socket.once('close', () => {
        if (client === null) proxied -= 1;
        else held.remove(client, socket);
      });
    }
  });

  const shut = (socket: Socket): void => {
    socket.destroy();
    const client = clientOf(socket);
    if (client === null || shutOut.has(client)) return;
    for (const other of held.itemsOf(client)) other.destroy();
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
