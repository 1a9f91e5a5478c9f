import { type Caller, requireScope } from '../access/caller.js';
import type { Pseudonyms } from '../access/pseudonyms.js';
import type { GuestLimits } from '../config.js';
import { siteOf } from '../platform/client-network.js';

/** How to lift the limits. */
export const WITH_KEY = 'send an API key that has the scope holds:create';

/** A caller without the scope holds:create, whose holds are limited. */
export interface Guest {
  /** Identifies the client without storing its address. */
  readonly client: Buffer;
  readonly limits: GuestLimits;
}

/** Limits on guests' holds, for all requests of a process. */
export class Guests {
  constructor(
    private readonly pseudonyms: Pick<Pseudonyms, 'of'>,
    readonly limits: GuestLimits,
  ) {}

  /** What limits the caller's holds; null when it has the scope holds:create. */
  limitsOf(caller: Caller): GuestLimits | null {
    return caller.scopes.has('holds:create') ? null : this.limits;
  }

  /**
   * The caller as a guest; null when it has the scope holds:create.
   * @throws RequestError UNAUTHENTICATED or FORBIDDEN when guests cannot hold
   */
  async of(caller: Caller, address: string): Promise<Guest | null> {
    const { pseudonyms } = this;
    const limits = this.limitsOf(caller);
    if (limits === null) return null;
    if (limits.holds === 0) requireScope(caller, 'holds:create');
    return { client: await pseudonyms.of(siteOf(address)), limits };
  }
}
