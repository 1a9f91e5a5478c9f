import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { hasScopeIn, type Caller } from '../access/caller.js';
import type { GuestLimits } from '../config.js';
import type { Database } from '../platform/postgres.js';
import { readGuestAddressKey } from './guest.store.js';

/** The network part of an IPv6 address; providers assign all addresses with the same prefix to one customer. */
const NETWORK_BYTES = 8;
/** Some proxies add the port of the connection, which differs every time. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;

/** A caller without the scope holds:create, whose holds are limited. */
export interface Guest {
  /** Identifies the client without storing its address. */
  readonly client: Buffer;
  readonly limits: GuestLimits;
}

/** Limits on guests' holds, for all requests of a process. */
export class Guests {
  #key: Promise<Buffer> | null = null;

  constructor(
    private readonly db: Database,
    private readonly limits: GuestLimits,
  ) {}

  /** The caller as a guest in the channel; null when it has the scope holds:create. */
  async of(caller: Caller, channel: { readonly handle: string }, address: string): Promise<Guest | null> {
    if (hasScopeIn(caller, 'holds:create', channel)) return null;
    this.#key ??= readGuestAddressKey(this.db);
    try {
      const client = createHmac('sha256', await this.#key)
        .update(networkOf(address))
        .digest();
      return { client, limits: this.limits };
    } catch (error) {
      // Lets the next call try again.
      this.#key = null;
      throw error;
    }
  }
}

/** What counts as one client: an IPv4 address, or an IPv6 network. All invalid addresses count as a single client. */
function networkOf(address: string): string {
  const [, inBrackets, beforePort] = WITH_PORT.exec(address) ?? [];
  const bare = inBrackets ?? beforePort ?? address;
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : Buffer.from(parsed.toByteArray().slice(0, NETWORK_BYTES)).toString('hex');
}
