import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { hasScopeIn, type Caller } from '../access/caller.js';
import type { GuestLimits } from '../config.js';
import type { Database } from '../platform/postgres.js';
import { readGuestAddressKey } from './guest.store.js';

/** The bytes of an IPv6 address that are the network: providers give a customer all that begin with them. */
const NETWORK_BYTES = 8;
/** Some proxies add the port of the connection, which is another one each time. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;

/** A caller without the scope holds:create, who may hold little. */
export interface Guest {
  /** Its client, told from others without knowing its address. */
  readonly client: Buffer;
  readonly limits: GuestLimits;
}

/** What guests may hold, for all requests of a process. */
export class Guests {
  #key: Promise<Buffer> | null = null;

  constructor(
    private readonly db: Database,
    private readonly limits: GuestLimits,
  ) {}

  /** The guest that this caller is in the channel; null where it has the scope holds:create. */
  async of(caller: Caller, channel: { readonly handle: string }, address: string): Promise<Guest | null> {
    if (hasScopeIn(caller, 'holds:create', channel)) return null;
    this.#key ??= readGuestAddressKey(this.db);
    try {
      const client = createHmac('sha256', await this.#key)
        .update(networkOf(address))
        .digest();
      return { client, limits: this.limits };
    } catch (error) {
      // The next one asks again.
      this.#key = null;
      throw error;
    }
  }
}

/** What counts as one client: an IPv4 address, or the network of an IPv6 one. What is no address is all one client. */
function networkOf(address: string): string {
  const [, inBrackets, beforePort] = WITH_PORT.exec(address) ?? [];
  const bare = inBrackets ?? beforePort ?? address;
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : Buffer.from(parsed.toByteArray().slice(0, NETWORK_BYTES)).toString('hex');
}
