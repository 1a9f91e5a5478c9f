import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import type { Logger } from 'pino';
import { z } from 'zod';
import { RequestError } from '../../errors.js';
import { CircuitBreaker, CircuitOpen } from '../../platform/circuit-breaker.js';
import { within } from '../../platform/within.js';

/**
 * How long a search may take, with all its attempts: far above any healthy response, and no longer than a shopper
 * waits.
 */
export const SEARCH_DEADLINE_MS = 2_500;

/** Timeout of one attempt to read something that nobody waits for, such as the points that are compared. */
const READ_TIMEOUT_MS = 5_000;

/** Timeout of one attempt to write. It waits until it is applied; creating an index reads the whole collection. */
const WRITE_TIMEOUT_MS = 60_000;

/** Total number of calls. With the delays below, they cover a server that restarts within about two seconds. */
const ATTEMPTS = 5;

/** Milliseconds before the first retry; doubled for each further one, and varied by up to half. */
const FIRST_DELAY = 150;

/** Searches in a row that must fail before further ones fail at once: more than one slow search causes. */
const FAILURES_TO_OPEN = 5;

/** How long searches then fail at once, before one of them tries again. One search a second is no load. */
const OPEN_MS = 1_000;

/** A call in flight has this long to finish when the connection closes. */
const CLOSE_GRACE_MS = 1_000;

export interface QdrantServer {
  readonly url: string;
  readonly apiKey?: string;
  /** Closes the connection. */
  readonly signal?: AbortSignal;
}

/**
 * Calls to one Qdrant server. Each must be idempotent, because it is retried after a temporary failure, and may be
 * applied although it failed here.
 */
export class QdrantConnection {
  readonly #searches: QdrantClient;
  readonly #reads: QdrantClient;
  readonly #writes: QdrantClient;
  readonly #breaker: CircuitBreaker;
  readonly #cut = new AbortController();
  #isClosed = false;

  constructor(
    readonly server: QdrantServer,
    log: Pick<Logger, 'info' | 'warn'> | undefined,
  ) {
    this.#searches = client(server, SEARCH_DEADLINE_MS);
    this.#reads = client(server, READ_TIMEOUT_MS);
    this.#writes = client(server, WRITE_TIMEOUT_MS);
    this.#breaker = new CircuitBreaker({
      failures: FAILURES_TO_OPEN,
      openMs: OPEN_MS,
      isFault: (error) => isOutage(error) && !this.#isClosed,
      log,
      says: {
        failing: 'Qdrant does not answer; searches fail until it does',
        recovered: 'Qdrant answers again',
      },
    });
    // One listener for each call in flight.
    setMaxListeners(Infinity, this.#cut.signal);
    if (server.signal?.aborted === true) this.close();
    server.signal?.addEventListener('abort', () => this.close(), { once: true });
  }

  /**
   * For calls that somebody waits for. They fail at once while the server is known to fail.
   * @throws RequestError INDEX_UNAVAILABLE when the server does not answer before the deadline
   */
  async search<T>(call: (client: QdrantClient) => Promise<T>, deadline = searchDeadline()): Promise<T> {
    try {
      return await this.#breaker.run(() =>
        this.#attempt(
          () => call(this.#searches),
          deadline,
          () => this.#breaker.isOpen,
        ),
      );
    } catch (error) {
      throw error instanceof CircuitOpen ? unavailable(error) : error;
    }
  }

  /** @throws RequestError INDEX_UNAVAILABLE when the server still does not respond after the last attempt */
  read<T>(call: (client: QdrantClient) => Promise<T>): Promise<T> {
    return this.#attempt(() => call(this.#reads), Infinity);
  }

  /** @throws RequestError INDEX_UNAVAILABLE when the server still does not respond after the last attempt */
  write<T>(call: (client: QdrantClient) => Promise<T>): Promise<T> {
    return this.#attempt(() => call(this.#writes), Infinity);
  }

  /** Nothing is tried again from now on, and a call that is not answered soon is given up. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const cut = setTimeout(
      () => this.#cut.abort(new Error('the connection to Qdrant was closed')),
      CLOSE_GRACE_MS,
    );
    cut.unref();
  }

  async #attempt<T>(
    call: () => Promise<T>,
    deadline: number,
    isHopeless: () => boolean = () => false,
  ): Promise<T> {
    const isGivenUp = (): boolean => this.#isClosed || isHopeless();
    for (let attempt = 1; ; attempt++) {
      try {
        return await within(call(), deadline - performance.now(), this.#cut.signal);
      } catch (error) {
        if (!mayPass(error)) throw described(error);
        const delay = FIRST_DELAY * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
        const isLast = attempt === ATTEMPTS || performance.now() + delay >= deadline;
        if (isLast || isGivenUp()) throw unavailable(error);
        await sleep(delay);
        if (isGivenUp()) throw unavailable(error);
      }
    }
  }
}

/** When a search that begins now must have been answered, by `performance.now()`. */
export const searchDeadline = (): number => performance.now() + SEARCH_DEADLINE_MS;

/** The HTTP status that a call failed with; undefined when there was no response. */
export function statusOf(error: unknown): number | undefined {
  return z.object({ status: z.number() }).safeParse(error).data?.status;
}

function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status === 429 || status >= 500;
}

const isOutage = (error: unknown): boolean =>
  error instanceof RequestError && error.code === 'INDEX_UNAVAILABLE';

function unavailable(cause: unknown): RequestError {
  return new RequestError(
    'INDEX_UNAVAILABLE',
    'The search index is not available: try again in a few seconds. Everything except searches still works.',
    { cause },
  );
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
