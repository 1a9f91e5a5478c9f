import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

export interface ImageServer {
  readonly origin: string;
  /** The certificate of the authority that signed the server's. */
  readonly ca: string;
  /** Requested paths so far. */
  readonly requests: string[];
  /** Sets the response for a path; the default is 404. */
  answers(path: string, answer: Buffer | ((response: ServerResponse) => void)): void;
  close(): Promise<void>;
}

/** A shop's own image server, on the loopback interface. */
export async function startImageServer(): Promise<ImageServer> {
  const ca = await fixture('localhost-cert.pem');
  const requests: string[] = [];
  const answers = new Map<string, Buffer | ((response: ServerResponse) => void)>();
  const server = createServer(
    { key: await fixture('localhost-key.pem'), cert: ca },
    ({ url = '' }, response) => {
      requests.push(url);
      const answer = answers.get(url);
      if (answer === undefined) response.writeHead(404).end();
      else if (typeof answer !== 'function') response.end(answer);
      else answer(response);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `https://127.0.0.1:${address.port}`,
    ca,
    requests,
    answers: (path, answer) => answers.set(path, answer),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
