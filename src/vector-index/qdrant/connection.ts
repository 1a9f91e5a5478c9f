import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import type { Logger } from 'pino';
import { z } from 'zod';
import { RequestError } from '../../errors.js';

/** Timeout of a search in milliseconds: far above any healthy response, and below what a shopper waits for. */
const SEARCH_TIMEOUT = 5_000;

/** Timeout of a write in milliseconds. It waits until it is applied; creating an index reads the whole collection. */
const WRITE_TIMEOUT = 60_000;

/** Total number of calls. With the delays below, they cover a server that restarts within about two seconds. */
const ATTEMPTS = 5;

/** Milliseconds before the first retry; doubled for each further one, and varied by up to half. */
const FIRST_DELAY = 150;

export interface QdrantServer {
  readonly url: string;
  readonly apiKey?: string;
}

/** Calls to one Qdrant server. Each must be idempotent, because it is retried after a temporary failure. */
export class QdrantConnection {
  readonly #searches: QdrantClient;
  readonly #writes: QdrantClient;

  constructor(
    readonly server: QdrantServer,
    private readonly log: Pick<Logger, 'warn'> | undefined,
  ) {
    this.#searches = client(server, SEARCH_TIMEOUT);
    this.#writes = client(server, WRITE_TIMEOUT);
  }

  /** @throws RequestError INDEX_UNAVAILABLE when the server still does not respond after the last attempt */
  search<T>(call: (client: QdrantClient) => Promise<T>): Promise<T> {
    return this.#attempt(() => call(this.#searches));
  }

  /** @throws RequestError INDEX_UNAVAILABLE when the server still does not respond after the last attempt */
  write<T>(call: (client: QdrantClient) => Promise<T>): Promise<T> {
    return this.#attempt(() => call(this.#writes));
  }

  async #attempt<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        const status = statusOf(error);
        const mayPass = status === undefined || status === 429 || status >= 500;
        if (!mayPass) throw described(error);
        if (attempt === ATTEMPTS) {
          throw new RequestError(
            'INDEX_UNAVAILABLE',
            'The search index is not available: try again in a few seconds.',
            { cause: error },
          );
        }
        this.log?.warn({ err: error, attempt }, 'Qdrant did not respond; trying again');
        await sleep(FIRST_DELAY * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
      }
    }
  }
}

/** The HTTP status that a call failed with; undefined when there was no response. */
export function statusOf(error: unknown): number | undefined {
  return z.object({ status: z.number() }).safeParse(error).data?.status;
}

function client({ url, apiKey }: QdrantServer, timeout: number): QdrantClient {
  const { pathname } = new URL(url);
  return new QdrantClient({
    url,
    timeout,
    ...(apiKey !== undefined && { apiKey }),
    ...(pathname !== '/' && { prefix: pathname.replace(/\/$/, '') }),
    // A compressed response arrives in small pieces, each of which may wait 40 ms for a delayed acknowledgment.
    headers: { 'accept-encoding': 'identity' },
    checkCompatibility: false,
  });
}

/** The client's errors say only "Bad Request", so this adds the server's message. */
function described(error: unknown): unknown {
  const answer = z
    .object({ status: z.number(), data: z.object({ status: z.object({ error: z.string() }) }) })
    .safeParse(error).data;
  if (answer === undefined) return error;
  return Object.assign(new Error(`Qdrant: ${answer.data.status.error}`, { cause: error }), {
    status: answer.status,
  });
}
