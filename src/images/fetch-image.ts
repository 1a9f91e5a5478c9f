import { interceptors, request } from 'undici';
import { RequestError } from '../errors.js';
import { errorMessage } from '../platform/operator-error.js';
import { AddressRefused, openPublicAgent, type PublicAgentOptions } from '../platform/public-addresses.js';
import { parseUrl } from '../platform/parse-url.js';
import { MAX_IMAGE_BYTES } from '../vision/image-budget.js';

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

/**
 * Downloads images. Links come from third parties, so they may reach public addresses only, also over redirects.
 *
 * @param options overrides which addresses are allowed, and the CA of their certificate
 */
export function openImageFetcher(options: Pick<PublicAgentOptions, 'allows' | 'ca'> = {}): ImageFetcher {
  const agent = openPublicAgent({
    ...options,
    headersTimeout: RESPONSE_TIMEOUT_MS,
    bodyTimeout: RESPONSE_TIMEOUT_MS,
    maxResponseSize: MAX_IMAGE_BYTES,
  });
  const guarded = agent.compose(
    // Inside the redirect interceptor, so that it sees each hop.
    (dispatch) => (dispatched, handler) => {
      assertHttps(new URL(String(dispatched.origin)));
      return dispatch(dispatched, handler);
    },
    interceptors.redirect({ maxRedirections: MAX_REDIRECTS }),
  );

  return {
    async fetch(link, signal) {
      const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
      try {
        const url = parseUrl(link);
        if (url === null) throw bad('It is not a URL.');
        assertHttps(url);
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

function assertHttps({ protocol }: URL): void {
  if (protocol !== 'https:') throw bad('Only https links are downloaded.');
}

function toDownloadError(error: unknown): DownloadError {
  if (error instanceof DownloadError) return error;
  if (error instanceof AddressRefused) return new DownloadError(error.message, error.mayPass, error.cause);
  const code = error instanceof Object && 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return bad(`The image has more than ${MAX_IMAGE_BYTES} bytes.`, error);
  }
  if (error instanceof Object && 'name' in error && error.name === 'TimeoutError') {
    return passing(`The download took more than ${DOWNLOAD_TIMEOUT_MS / 1000} s.`, error);
  }
  return passing(`The download failed: ${errorMessage(error)}.`, error);
}
