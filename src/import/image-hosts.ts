import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError, type ImageFetcher } from '../images/fetch-image.js';
import { parseUrl } from '../platform/parse-url.js';

/** A host that has not answered once is left alone after this many links; one that has, after more in a row. */
const MAX_FAILURES = { unknown: 3, known: 5 } as const;
/** Pauses before a host that has answered is asked for the same link again. */
const PAUSES_MS = [500, 2_000] as const;

interface Host {
  hasAnswered: boolean;
  /** Links that failed in a row. */
  failures: number;
}

export const hostOf = (link: string): string => parseUrl(link)?.host ?? '';

/**
 * Downloads images, and leaves a host alone for the rest of the run when it does not answer, so that a feed with
 * thousands of its links is not held up by each of them.
 */
export class ImageHosts {
  readonly #hosts = new Map<string, Host>();
  readonly #fetcher: ImageFetcher;
  readonly #pause: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;

  constructor(
    fetcher: ImageFetcher,
    pause: (ms: number, signal: AbortSignal | undefined) => Promise<unknown> = (ms, signal) =>
      sleep(ms, undefined, signal === undefined ? {} : { signal }),
  ) {
    this.#fetcher = fetcher;
    this.#pause = pause;
  }

  /** @throws DownloadError */
  async fetch(link: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const name = hostOf(link);
    const host = this.#hosts.get(name) ?? { hasAnswered: false, failures: 0 };
    this.#hosts.set(name, host);
    for (let attempt = 0; ; attempt += 1) {
      if (host.failures >= MAX_FAILURES[host.hasAnswered ? 'known' : 'unknown'])
        throw new DownloadError(`The host ${name} did not answer, and is left alone for this run.`, true);
      try {
        const bytes = await this.#fetcher.fetch(link, signal);
        host.hasAnswered = true;
        host.failures = 0;
        return bytes;
      } catch (error) {
        if (!(error instanceof DownloadError) || !error.mayPass) {
          // The host answered: it is the link that can't be used.
          host.failures = 0;
          throw error;
        }
        const pause = host.hasAnswered ? PAUSES_MS[attempt] : undefined;
        if (pause === undefined) {
          host.failures += 1;
          throw error;
        }
        await this.#pause(pause, signal);
      }
    }
  }
}
