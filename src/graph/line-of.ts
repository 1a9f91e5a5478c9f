import { isNobody, ownerOf } from '../access/caller.js';
import { siteOf } from '../platform/client-network.js';
import type { Context } from './request-context.js';

/**
 * Whose things of a kind are counted together, as a pseudonym (32 bytes): those of a key and shopper, or those of a client
 * without either, which is an address or what belongs to one customer of IPv6.
 */
export function lineOf(
  { caller, clientAddress, pseudonyms }: Pick<Context, 'caller' | 'clientAddress' | 'pseudonyms'>,
  kind: 'boards' | 'designs' | 'watches',
): Promise<Buffer> {
  const { key, shopper } = ownerOf(caller);
  const whose = isNobody(caller) ? siteOf(clientAddress) : [key, shopper.toString('hex')];
  return pseudonyms.of(JSON.stringify([kind, whose]));
}
