import { IncomingMessage } from 'node:http';

/**
 * A request as the HTTP server reads it. Node parses all of what it has read from a connection, 64 kB, also after that was
 * destroyed: 2,500 requests that nobody answers, in 50 ms of the event loop, for each connection of a flood. It stops only
 * at an upgrade, so a request that comes on a destroyed connection says that it is one.
 */
export class Request extends IncomingMessage {
  isUpgrade = false;

  get upgrade(): boolean {
    return this.isUpgrade;
  }

  /** Node sets it when the head has been read. */
  set upgrade(offers: boolean) {
    this.isUpgrade = offers || this.socket.destroyed;
  }
}
