import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { until } from './waiting.js';

/** Even on a busy machine, nothing takes longer unless it hangs. */
const PATIENCE_MS = 60_000;

const result = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

const closing = z.object({ code: z.number(), reason: z.string() });

/** An event of a subscription: `data`, or errors with their codes. */
export interface Told {
  readonly data: unknown;
  readonly errors: readonly { message: string; code: string }[];
}

export interface TestSubscription {
  /** The next event; null once the subscription has ended. Fails when none arrives. */
  next(): Promise<Told | null>;
  /** All events within this time. */
  during(ms: number): Promise<Told[]>;
  end(): Promise<void>;
}

/** A client like Apollo's, but without retries. */
export function openClient(
  url: string,
  connectionParams: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Client {
  class WebSocketWithHeaders extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { headers });
    }
  }
  return createClient({ url, connectionParams, webSocketImpl: WebSocketWithHeaders, retryAttempts: 0 });
}

export function subscribe(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): TestSubscription {
  const waiting: Told[] = [];
  let ended = false;
  let wake = (): void => undefined;
  const add = (value: unknown): void => {
    const { data, errors } = result.parse(value);
    waiting.push({
      data,
      errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code })),
    });
    wake();
  };
  const finish = (): void => {
    ended = true;
    wake();
  };
  const stop = client.subscribe(
    { query, variables },
    {
      next: add,
      // The errors of the subscription, or how the connection was closed.
      error(error) {
        const { code, reason } = closing.safeParse(error).data ?? {};
        add({
          errors: code === undefined ? error : [{ message: reason, extensions: { code: String(code) } }],
        });
        finish();
      },
      complete: finish,
    },
  );
  const within = async (ms: number): Promise<Told | null> => {
    if (waiting.length === 0 && !ended) {
      const timer = setTimeout(() => wake(), ms);
      await new Promise<void>((resolve) => (wake = resolve));
      clearTimeout(timer);
      wake = () => undefined;
    }
    return waiting.shift() ?? null;
  };
  return {
    async next() {
      const told = await within(PATIENCE_MS);
      if (told === null && !ended) throw new Error(`the subscription told nothing for ${PATIENCE_MS} ms`);
      return told;
    },
    async during(ms) {
      const deadline = Date.now() + ms;
      const told: Told[] = [];
      for (let left = ms; left > 0 && !ended; left = deadline - Date.now()) {
        const next = await within(left);
        if (next) told.push(next);
      }
      return told;
    },
    async end() {
      stop();
      while ((await within(PATIENCE_MS)) !== null);
      if (!ended) throw new Error('the subscription did not end');
    },
  };
}

/** A raw socket of the protocol, for messages that no regular client sends; already acknowledged. */
export async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { skipUTF8Validation: true });
  await new Promise((resolve, reject) => {
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** How the other side closes it. */
export async function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const closings: { code: number; reason: string }[] = [];
  socket.once('close', (code, reason) => closings.push({ code, reason: reason.toString() }));
  await until('the server closes the connection', () => closings.length > 0);
  const [closing] = closings;
  if (closing === undefined) throw new Error('it was closed');
  return closing;
}
