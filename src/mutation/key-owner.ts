import { type Caller, isNobody, type Owner, ownerOf } from '../access/caller.js';
import type { Pseudonyms } from '../access/pseudonyms.js';
import { networkOf, siteOf } from '../platform/client-network.js';

/**
 * What the owners of keys have in common that are counted together: half of the 32 bytes. The other half is enough to tell
 * the networks of a site apart.
 */
export const LINE_BYTES = 16;

/**
 * To whom the idempotency keys of a caller belong. Those of callers without an API key and a shopper belong to their
 * network, because strangers who choose the same key must not get each other's answers, and are counted with those of its
 * site. If the address of such a caller changes, its earlier answers are no longer found.
 */
export async function keyOwner(
  pseudonyms: Pick<Pseudonyms, 'of'>,
  caller: Caller,
  address: string,
): Promise<Owner> {
  const owner = ownerOf(caller);
  if (!isNobody(caller)) return owner;
  // Differ from the pseudonyms of the same address in other tables, and from that of any shopper.
  const halves = await Promise.all(
    [siteOf(address), networkOf(address)].map((whose) =>
      pseudonyms.of(JSON.stringify(['idempotency', whose])),
    ),
  );
  return { ...owner, shopper: Buffer.concat(halves.map((half) => half.subarray(0, LINE_BYTES))) };
}
