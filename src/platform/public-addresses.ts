import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, type Dispatcher } from 'undici';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Names are asked for over sockets. The function of the system, which Node calls otherwise, keeps one of two threads until a
 * name server answers. That of a stranger need not, and meanwhile the gateway would find no other host, its database's neither.
 */
const RESOLVER = { timeout: 1_500, tries: 2 };

/** All public IPv6 addresses. Outside this range are forms that stand for an IPv4 address, and unassigned ranges. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_IPV6);
}

/** The address that a URL has instead of a name; null if it has a name. */
function literalOf({ hostname }: URL): string | null {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(literal) ? literal : null;
}

/** Whether a URL has an address instead of a name, and it is not a public one. */
export function hasPrivateAddress(url: URL): boolean {
  const literal = literalOf(url);
  return literal !== null && !isPublic(literal);
}

/**
 * The message is the same for a host that has no address and for one whose address is refused: which names exist in the
 * operator's network is nobody else's business. The cause says which it is.
 */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor(
    host: string,
    /** Whether the same host may be reached later: a name can get another address. */
    readonly mayPass: boolean,
    cause?: unknown,
  ) {
    super(`${host} is not a public address, or does not resolve.`, { cause });
  }
}

/** What may be reached, and timeouts of undici's agent. */
export interface PublicAgentOptions extends Pick<
  Agent.Options,
  'headersTimeout' | 'bodyTimeout' | 'maxResponseSize'
> {
  /** Overrides which addresses are allowed. */
  readonly allows?: (address: string) => boolean;
  /** The CA of their certificate, if it is not a public one. */
  readonly ca?: string;
  /** The addresses of name servers; by default, those of the system. */
  readonly nameServers?: readonly string[];
}

/**
 * Connects to public addresses only, for URLs that others choose. Every connection is checked, whatever address a name
 * server returns for it, and so is each hop of interceptors that are composed with it. Requests reject with
 * AddressRefused.
 */
export function openPublicAgent({
  allows = isPublic,
  ca,
  nameServers,
  ...limits
}: PublicAgentOptions = {}): Dispatcher {
  const resolver = new Resolver(RESOLVER);
  if (nameServers !== undefined) resolver.setServers(nameServers);
  const allowedOf = async (hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const [first, ...others] = await addressesOf(resolver, hostname);
    if (first !== undefined && [first, ...others].every(({ address }) => allows(address)))
      return [first, ...others];
    throw new Error(resolvedTo(first === undefined ? [] : [first, ...others]));
  };
  const lookup: LookupFunction = (hostname, { all = false }, done) => {
    allowedOf(hostname).then(
      (addresses) => (all ? done(null, addresses) : done(null, addresses[0].address, addresses[0].family)),
      (error: unknown) => done(new AddressRefused(hostname, true, error), []),
    );
  };
  const agent = new Agent({
    ...limits,
    connect: { lookup, timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) },
  });
  return agent.compose((dispatch) => (options, handler) => {
    // A numeric address is dialed without a lookup.
    const literal = literalOf(new URL(String(options.origin)));
    if (literal !== null && !allows(literal)) throw new AddressRefused(literal, false);
    return dispatch(options, handler);
  });
}

/** @throws Error when the name has no address of either kind, or no name server answers */
async function addressesOf(resolver: Resolver, hostname: string): Promise<LookupAddress[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
  const found = (result: typeof four, family: number): LookupAddress[] =>
    result.status === 'rejected' ? [] : result.value.map((address) => ({ address, family }));
  return [...found(four, 4), ...found(six, 6)];
}

const resolvedTo = (addresses: readonly LookupAddress[]): string =>
  `resolved to ${addresses.map(({ address }) => address).join(', ') || 'no address'}`;
