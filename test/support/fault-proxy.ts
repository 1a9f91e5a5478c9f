import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/**
 * What happens to connections: they work; they are slow, as over a bad network; they are silent, as when a host lost
 * power; they are cut with a reset; or they are cut and new ones are refused.
 */
export type Fault = 'forward' | 'slow' | 'silent' | 'reset' | 'refuse';

/** What each part of an answer takes while connections are slow. */
const SLOW_MS = 300;

/** A TCP proxy in front of a server, which fails on command. */
export interface FaultProxy {
  /** The given URL, with the address of the proxy. */
  readonly url: string;
  /** Current connections through it, including silent ones. */
  connections(): number;
  /**
   * Applies from now on; a silent connection stays silent, like one to a host after a failover. While connections are
   * slow, each part of an answer takes `slowMs`.
   */
  set(fault: Fault, slowMs?: number): Promise<void>;
  /** Becomes silent when a client sends this text. */
  silenceAt(text: string): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket | null;
  readonly delay: Transform;
  isSilent: boolean;
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const port = Number(target.port);
  const pairs = new Set<Pair>();
  let fault: Fault = 'forward';
  let delayMs = 0;
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
    const delay = new Transform({
      transform: (part: Buffer, _encoding, done) =>
        delayMs === 0 ? done(null, part) : void setTimeout(done, delayMs, null, part),
    });
    const pair: Pair = { client, upstream, delay, isSilent: upstream === null };
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
    client.pipe(upstream).pipe(delay).pipe(client);
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
      const { client, upstream, delay } = pair;
      if (upstream === null || pair.isSilent) continue;
      pair.isSilent = true;
      client.unpipe(upstream).resume();
      upstream.unpipe(delay).resume();
      delay.unpipe(client);
    }
  };

  return {
    url: url.href,
    connections: () => pairs.size,
    async set(next, slowMs = SLOW_MS) {
      fault = next;
      delayMs = next === 'slow' ? slowMs : 0;
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
