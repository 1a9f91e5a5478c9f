import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** How old or new a message may be for a receiver that follows Standard Webhooks. */
const TOLERANCE_SECONDS = 5 * 60;

const message = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.looseObject({ hold: z.string().optional() }),
});
export type Message = z.infer<typeof message>;

export interface Received {
  readonly id: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly message: Message;
}

/** A shop's server that takes messages. */
export interface Receiver {
  readonly url: string;
  /** As VITRINE_WEBHOOK_HOSTS has it. */
  readonly host: string;
  /** Every message that came, in order, also those that were refused. */
  readonly received: Received[];
  /** The most requests without an answer at one time. */
  mostAtOnce(): number;
  /** Answers from now on; at first 204. */
  answer: (response: ServerResponse, received: Received) => void;
  close(): Promise<void>;
}

export const answering =
  (status: number, headers: Record<string, string> = {}): Receiver['answer'] =>
  (response) =>
    void response.writeHead(status, headers).end();

export async function startReceiver(): Promise<Receiver> {
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => (open -= 1));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { headers } = request;
      const received = {
        id: String(headers['webhook-id']),
        path: request.url ?? '',
        headers,
        body,
        message: message.parse(JSON.parse(body)),
      };
      receiver.received.push(received);
      receiver.answer(response, received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  const host = `127.0.0.1:${address.port}`;
  const receiver: Receiver = {
    url: `http://${host}/hooks`,
    host,
    received: [],
    mostAtOnce: () => most,
    answer: answering(204),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** What a receiver's library does, by the text of the standard; `secret` is as the command line prints it. */
export function isGenuine(secret: string, { headers, body }: Pick<Received, 'headers' | 'body'>): boolean {
  const timestamp = Number(headers['webhook-timestamp']);
  if (!(Math.abs(Date.now() / 1_000 - timestamp) < TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${timestamp}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((entry) => {
      const [version, signature = ''] = entry.split(',');
      const given = Buffer.from(signature, 'base64');
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
