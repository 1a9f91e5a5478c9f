import type { Server } from 'node:http';
import { networkOf } from '../platform/client-network.js';
import { sharesOf } from '../platform/shares.js';
import { MAX_CONNECTIONS, MAX_CONNECTIONS_PER_CLIENT } from './limits.js';
import type { Trusts } from './seen-from.js';

const TOO_MANY = [
  'HTTP/1.1 503 Service Unavailable',
  'Connection: close',
  'Retry-After: 5',
  'Content-Length: 0',
  '\r\n',
].join('\r\n');

/**
 * Bounds open connections, of all clients and of each. A trusted proxy may open any number of them, because they are
 * those of its clients.
 */
export function boundConnections(server: Server, trusts: Trusts): void {
  const shares = sharesOf(MAX_CONNECTIONS_PER_CLIENT);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    if (trusts(address, 0)) return;
    const client = networkOf(address);
    if (shares.take(client, 1)) socket.once('close', () => shares.giveBack(client, 1));
    else socket.end(TOO_MANY, () => socket.destroy());
  });
}
