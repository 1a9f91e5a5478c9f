import ipaddr from 'ipaddr.js';

/** The network part of an IPv6 address; providers assign all addresses with the same prefix to one customer. */
const NETWORK_BYTES = 8;
/** Some proxies add the port of the connection, which differs every time. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;

/** What a provider gives one customer at most; others give a /56 or a /64. */
const SITE_BYTES = 6;

/** What counts as one client: an IPv4 address, or an IPv6 network. All invalid addresses count as a single client. */
export const networkOf = (address: string): string => prefixOf(address, NETWORK_BYTES);

/** What may all belong to one customer: an IPv4 address, or a /48 of IPv6, which has 65,536 networks. */
export const siteOf = (address: string): string => prefixOf(address, SITE_BYTES);

/** Whether this is an IP address, perhaps with the port of a connection. */
export const isAddress = (address: string): boolean => ipaddr.isValid(withoutPort(address));

function withoutPort(address: string): string {
  const [, inBrackets, beforePort] = WITH_PORT.exec(address) ?? [];
  return inBrackets ?? beforePort ?? address;
}

function prefixOf(address: string, bytes: number): string {
  const bare = withoutPort(address);
  if (!ipaddr.isValid(bare)) return 'unknown';
  const parsed = ipaddr.process(bare);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : Buffer.from(parsed.toByteArray().slice(0, bytes)).toString('hex');
}
