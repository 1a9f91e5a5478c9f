import ipaddr from 'ipaddr.js';

/** The network part of an IPv6 address; providers assign all addresses with the same prefix to one customer. */
const NETWORK_BYTES = 8;
/** Some proxies add the port of the connection, which differs every time. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;

/** What counts as one client: an IPv4 address, or an IPv6 network. All invalid addresses count as a single client. */
export function networkOf(address: string): string {
  const [, inBrackets, beforePort] = WITH_PORT.exec(address) ?? [];
  const bare = inBrackets ?? beforePort ?? address;
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : Buffer.from(parsed.toByteArray().slice(0, NETWORK_BYTES)).toString('hex');
}
