import { type Caller, isNobody, type Owner, ownerOf } from '../access/caller.js';
import type { Pseudonyms } from '../access/pseudonyms.js';
import { networkOf } from '../platform/client-network.js';

/**
 * To whom the idempotency keys of a caller belong. Those of callers without an API key and a shopper belong to their
 * network, because strangers who choose the same key must not get each other's answers. If the address of such a
 * caller changes, its earlier answers are no longer found.
 */
export async function keyOwner(
  pseudonyms: Pick<Pseudonyms, 'of'>,
  caller: Caller,
  address: string,
): Promise<Owner> {
  const owner = ownerOf(caller);
  if (!isNobody(caller)) return owner;
  // Differs from the pseudonym of the same network in other tables, and from that of any shopper.
  return { ...owner, shopper: await pseudonyms.of(JSON.stringify(['idempotency', networkOf(address)])) };
}
