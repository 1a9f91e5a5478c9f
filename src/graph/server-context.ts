import { RequestError } from '../errors.js';
import { networkOf, siteOf } from '../platform/client-network.js';

/** Whose budget pays for a request. */
export interface Payer {
  readonly kind: 'key' | 'client';
  /** The id of the API key, or the network of an anonymous client. */
  readonly id: string;
  /** Points per second of this API key; null: the default for its kind. */
  readonly pointsPerSecond: number | null;
  /** The shopper for whom the holder of the key asks; null: it names none. A shopper has a share of the key's budget. */
  readonly shopper: string | null;
  /**
   * The IPv6 site of an anonymous client's network, which may have thousands of them; null for an IPv4 address, and for an
   * API key. The networks of a site have a budget together.
   */
  readonly site: string | null;
}

/** What a request says of its shopper was refused, although its API key is valid. */
export class RefusedError extends RequestError {
  constructor(
    { code, message }: RequestError,
    /** The holder of the key. */
    readonly payer: Payer,
  ) {
    super(code, message);
  }
}

/** The payer of requests from an address without an API key; those of another `purpose` are paid apart from these. */
export function clientPayer(address: string, purpose = ''): Payer {
  const [network, site] = [networkOf(address), siteOf(address)];
  return {
    kind: 'client',
    id: network + purpose,
    pointsPerSecond: null,
    shopper: null,
    site: site === network ? null : site + purpose,
  };
}

/**
 * Whose turn work takes: an API key's, whichever shoppers it names, and an IPv6 site's, whichever of its networks it comes
 * from. With a turn for each, the holder of a key would have as many turns as it invents shoppers, and a stranger 65,536.
 */
export const payerName = ({ kind, id, site }: Payer): string => `${kind}:${site ?? id}`;

/** Whose points they are: those of a shopper whom a key names are apart from those of others. */
export const accountName = ({ kind, id, shopper }: Payer): string =>
  shopper === null ? `${kind}:${id}` : `${kind}:${id}:${shopper}`;

/** The part of the resolvers' context that the server itself needs. */
export interface ServerContext {
  /** Identifies the request in the log and in masked errors. */
  readonly requestId: string;
  /** An object of this request only. */
  readonly payer: Payer;
  /** See RequestFacts. */
  readonly signal: AbortSignal;
  /** Whether the caller may execute only documents that the operator trusts. */
  readonly trustedDocumentsOnly: boolean;
  /**
   * Sets the channel and the language of the operation, from `@inContext`; called before any field is resolved. Null: none
   * is named.
   *
   * @throws RequestError UNKNOWN_CHANNEL, FORBIDDEN
   */
  enter(named: { readonly channel: string | null; readonly language: string | null }): Promise<void>;
  /**
   * A context for the next event of the request's subscription: the same channel and language, with nothing loaded yet.
   * The signal is that of the event.
   *
   * @throws RequestError UNAUTHENTICATED or FORBIDDEN when the caller is no longer allowed to follow it
   */
  forNextEvent(signal: AbortSignal): ServerContext | Promise<ServerContext>;
}

/** The facts that a context is made from. */
export interface RequestFacts {
  readonly requestId: string;
  /** Scheme and authority that the client used, without a trailing slash: `http://127.0.0.1:4000`. */
  readonly publicUrl: string;
  /** IP address of the client: the peer of the connection, or the address that a trusted proxy reports. */
  readonly clientAddress: string;
  /** The raw Authorization header; null when there is none. */
  readonly authorization: string | null;
  /** The raw Vitrine-Shopper header; null when there is none. */
  readonly shopperToken: string | null;
  /** The raw Vitrine-Shopper-Address header; null when there is none. */
  readonly shopperAddress: string | null;
  /** The Origin header, which browsers send; null when there is none. */
  readonly origin: string | null;
  /**
   * Aborts when nobody waits for the response any longer: the client has left, or it has taken too long. The reason is
   * a RequestError. Only for work that no other request waits for.
   */
  readonly signal: AbortSignal;
}

/** The signal of work that always has somebody waiting for it. */
export const NEVER_ABORTED = new AbortController().signal;
