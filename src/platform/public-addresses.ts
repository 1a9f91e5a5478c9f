import { type LookupAddress, lookup as resolveName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, type Dispatcher } from 'undici';

const CONNECT_TIMEOUT_MS = 10_000;

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
}

/**
 * Connects to public addresses only, for URLs that others choose. Every connection is checked, whatever address a name
 * server returns for it, and so is each hop of interceptors that are composed with it. Requests reject with
 * AddressRefused.
 */
export function openPublicAgent({ allows = isPublic, ca, ...limits }: PublicAgentOptions = {}): Dispatcher {
  const lookup: LookupFunction = (hostname, settings, done) => {
    resolveName(hostname, { ...settings, all: true }, (error, addresses) => {
      if (error) {
        done(new AddressRefused(hostname, true, error), []);
        return;
      }
      const [first] = addresses;
      const isRefused = first === undefined || addresses.some(({ address }) => !allows(address));
      if (isRefused) done(new AddressRefused(hostname, true, new Error(resolvedTo(addresses))), []);
      else if (settings.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
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

const resolvedTo = (addresses: readonly LookupAddress[]): string =>
  `resolved to ${addresses.map(({ address }) => address).join(', ') || 'no address'}`;
