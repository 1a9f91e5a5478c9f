import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What happens to connections: they work; they are silent, as when a host lost power; they are cut with a reset; or
 * they are cut and new ones are refused.
 */
export type Fault = 'forward' | 'silent' | 'reset' | 'refuse';

/** A TCP proxy in front of a server, which fails on command. */
export interface FaultProxy {
  /** The given URL, with the address of the proxy. */
  readonly url: string;
  /** Current connections through it, including silent ones. */
  connections(): number;
  /** Applies from now on; a silent connection stays silent, like one to a host after a failover. */
  set(fault: Fault): Promise<void>;
  /** Becomes silent when a client sends this text. */
  silenceAt(text: string): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket | null;
  isSilent: boolean;
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const port = Number(target.port);
  const pairs = new Set<Pair>();
  let fault: Fault = 'forward';
  let silencingText: string | null = null;

  // Half open, because a host that is gone does not answer the end of a connection.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => undefined);
    if (fault === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const upstream =
      fault === 'silent' ? null : connect({ port, host: target.hostname, allowHalfOpen: true });
    const pair: Pair = { client, upstream, isSilent: upstream === null };
    pairs.add(pair);
    client.once('close', () => {
      pairs.delete(pair);
      upstream?.destroy();
    });
    if (upstream === null) {
      // The end of a stream is only noticed if the stream is read.
      client.resume();
      return;
    }
    upstream.on('error', () => undefined);
    upstream.once('close', () => {
      if (!pair.isSilent) client.destroy();
    });
    client.pipe(upstream).pipe(client);
    client.on('data', (sent: Buffer) => {
      if (silencingText !== null && sent.includes(silencingText)) silence();
    });
  });
  const listen = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a TCP server has an address');
    return address.port;
  };
  const own = await listen(0);
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(own);

  const silence = (): void => {
    for (const pair of pairs) {
      const { client, upstream } = pair;
      if (upstream === null || pair.isSilent) continue;
      pair.isSilent = true;
      client.unpipe(upstream).resume();
      upstream.unpipe(client).resume();
    }
  };

  return {
    url: url.href,
    connections: () => pairs.size,
    async set(next) {
      fault = next;
      if (next === 'silent') silence();
      if (next === 'reset' || next === 'refuse') {
        for (const { client } of pairs) client.resetAndDestroy();
      }
      if (next === 'refuse' && server.listening) server.close();
      if (next !== 'refuse' && !server.listening) await listen(own);
    },
    silenceAt(text) {
      silencingText = text;
    },
    async close() {
      for (const { client } of pairs) client.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
