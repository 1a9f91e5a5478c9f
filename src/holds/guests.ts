import { createHmac } from 'node:crypto';
import { hasScopeIn, type Caller } from '../access/caller.js';
import type { GuestLimits } from '../config.js';
import { networkOf } from '../platform/client-network.js';
import type { Database } from '../platform/postgres.js';
import { readGuestAddressKey } from './guest.store.js';

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
