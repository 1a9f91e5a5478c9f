import { type LookupAddress, lookup as resolveName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, interceptors, request } from 'undici';
import { RequestError } from '../errors.js';
import { errorMessage } from '../platform/operator-error.js';
import { MAX_IMAGE_BYTES } from '../vision/image-budget.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** A shop's server answers within seconds; a slower one would delay the other downloads. */
const RESPONSE_TIMEOUT_MS = 15_000;
const DOWNLOAD_TIMEOUT_MS = 60_000;
/** Enough for a redirect to a CDN, and from there to the closest location. */
const MAX_REDIRECTS = 3;

export interface ImageFetcher {
  /** Downloads the bytes of an https link. @throws DownloadError */
  fetch(link: string, signal?: AbortSignal): Promise<Buffer>;
  close(): Promise<void>;
}

/** Why a link can't be used, worded for the merchant. */
export class DownloadError extends RequestError {
  constructor(
    message: string,
    /** Whether the same link may work later. */
    readonly mayPass: boolean,
    cause?: unknown,
  ) {
    super('BAD_USER_INPUT', message, { cause });
  }
}

const bad = (message: string, cause?: unknown): DownloadError => new DownloadError(message, false, cause);
const passing = (message: string, cause?: unknown): DownloadError => new DownloadError(message, true, cause);

/** Statuses below 500 that are temporary and not about the image: timeout, too early, too many requests. */
const PASSING_STATUSES: readonly number[] = [408, 425, 429];

/** All public IPv6 addresses. Outside this range are forms that stand for an IPv4 address, and unassigned ranges. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_IPV6);
}

/**
 * Downloads images. Links come from third parties, so they may reach public addresses only: every connection is
 * checked, including those for redirects and whatever address a name server returns.
 *
 * @param options.allows overrides which addresses are allowed; the CA of their certificate is optional too
 */
export function openImageFetcher(
  options: { readonly allows?: (address: string) => boolean; readonly ca?: string } = {},
): ImageFetcher {
  const allows = options.allows ?? isPublic;
  const lookup: LookupFunction = (hostname, settings, done) => {
    resolveName(hostname, { ...settings, all: true }, (error, addresses) => {
      if (error) {
        done(passing(unreachable(hostname), error), []);
        return;
      }
      const [first] = addresses;
      const isRefused = first === undefined || addresses.some(({ address }) => !allows(address));
      if (isRefused) done(passing(unreachable(hostname), new Error(resolvedTo(addresses))), []);
      else if (settings.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
  const agent = new Agent({
    connect: { lookup, timeout: CONNECT_TIMEOUT_MS, ...(options.ca === undefined ? {} : { ca: options.ca }) },
    headersTimeout: RESPONSE_TIMEOUT_MS,
    bodyTimeout: RESPONSE_TIMEOUT_MS,
    maxResponseSize: MAX_IMAGE_BYTES,
  });
  const guarded = agent.compose(
    // Inside the redirect interceptor, so that it sees each hop. A numeric address is dialed without a DNS lookup.
    (dispatch) => (dispatched, handler) => {
      assertLink(new URL(String(dispatched.origin)), allows);
      return dispatch(dispatched, handler);
    },
    interceptors.redirect({ maxRedirections: MAX_REDIRECTS }),
  );

  return {
    async fetch(link, signal) {
      const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
      try {
        if (!URL.canParse(link)) throw bad('It is not a URL.');
        assertLink(new URL(link), allows);
        const { statusCode, body } = await request(link, {
          dispatcher: guarded,
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
          headers: { accept: 'image/*' },
        });
        if (statusCode !== 200) {
          await body.dump();
          const mayPass = statusCode >= 500 || PASSING_STATUSES.includes(statusCode);
          throw new DownloadError(`The server answered with status ${statusCode}.`, mayPass);
        }
        return Buffer.from(await body.arrayBuffer());
      } catch (error) {
        signal?.throwIfAborted();
        throw toDownloadError(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * The same for a name that has no address and for one whose address is refused, and both may pass: which names exist in
 * the operator's network is nobody else's business. The cause says which it is.
 */
const unreachable = (hostname: string): string => `${hostname} is not a public address, or does not resolve.`;

const resolvedTo = (addresses: readonly LookupAddress[]): string =>
  `resolved to ${addresses.map(({ address }) => address).join(', ') || 'no address'}`;

function assertLink(url: URL, allows: (address: string) => boolean): void {
  if (url.protocol !== 'https:') throw bad('Only https links are downloaded.');
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(literal) && !allows(literal)) throw bad(unreachable(literal));
}

function toDownloadError(error: unknown): DownloadError {
  if (error instanceof DownloadError) return error;
  const code = error instanceof Object && 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return bad(`The image has more than ${MAX_IMAGE_BYTES} bytes.`, error);
  }
  if (error instanceof Object && 'name' in error && error.name === 'TimeoutError') {
    return passing(`The download took more than ${DOWNLOAD_TIMEOUT_MS / 1000} s.`, error);
  }
  return passing(`The download failed: ${errorMessage(error)}.`, error);
}
