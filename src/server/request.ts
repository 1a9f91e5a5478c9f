import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A request as the HTTP server reads it. Node parses all of what it has read from a connection, 64 kB, also after that was
 * destroyed: 2,500 requests that nobody answers, in 50 ms of the event loop, for each connection of a flood. It stops only
 * at an upgrade, so a request that comes on a destroyed connection says that it is one.
 */
export class Request extends IncomingMessage {
  isUpgrade = false;
  /** Its connection, for good. */
  readonly cameBy: Socket;

  constructor(socket: Socket) {
    super(socket);
    this.cameBy = socket;
  }

  get upgrade(): boolean {
    return this.isUpgrade;
  }

  /** Node sets it when the head has been read. */
  set upgrade(offers: boolean) {
    this.isUpgrade = offers || this.socket.destroyed;
  }
}

/**
 * The connection of a request. When somebody stops reading the body, as a loop does that throws, Node sets `socket` to null, so
 * that the answer can still be sent.
 */
export const connectionOf = (request: IncomingMessage): Socket =>
  request instanceof Request ? request.cameBy : request.socket;
