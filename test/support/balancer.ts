import { createServer, Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Some balancers check every second; the test does not have to wait that long. */
const CHECK_EVERY_MS = 100;

/** An HTTP load balancer that follows /health/ready, keeps its connections open, and never sends a request twice. */
export interface Balancer {
  readonly url: string;
  /** Whether it sends requests to this backend. */
  readonly sendsTo: (backend: string) => boolean;
  close(): Promise<void>;
}

export async function startBalancer(backends: readonly string[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<string>();
  let turn = 0;
  let isClosed = false;

  const check = async (backend: string): Promise<void> => {
    while (!isClosed) {
      const isReady = await fetch(`${backend}/health/ready`).then(
        async (response) => (await response.text(), response.ok),
        () => false,
      );
      if (isReady) ready.add(backend);
      else ready.delete(backend);
      await sleep(CHECK_EVERY_MS);
    }
  };
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const choices = [...ready];
    const backend = choices[(turn += 1) % choices.length];
    if (backend === undefined) {
      outgoing.writeHead(502).end('no backend is ready');
      return;
    }
    const { method, headers, url = '' } = incoming;
    const upstream = request(new URL(url, backend), { method: method ?? 'GET', headers, agent }, (answer) => {
      const { connection: _connection, ...others } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, others);
      answer.pipe(outgoing);
    });
    upstream.on('error', (error) => outgoing.writeHead(502).end(String(error)));
    incoming.pipe(upstream);
  };

  const server = createServer(forward);
  const checking = backends.map(check);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sendsTo: (backend) => ready.has(backend),
    async close() {
      isClosed = true;
      await Promise.all(checking);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}
