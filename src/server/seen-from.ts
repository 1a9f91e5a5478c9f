import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { RequestFacts } from '../graph/server-context.js';

/** Whether this address, so many connections away, is a proxy whose X-Forwarded-* headers are believed. */
export type Trusts = (address: string, hop: number) => boolean;

/** Trusts these addresses and CIDR ranges, and nobody else. */
export const trustIn = (proxies: readonly string[]): Trusts =>
  proxies.length === 0 ? () => false : proxyAddr.compile([...proxies]);

/**
 * The URL and the address of the client as the client sees them: what the connection says, or what a trusted proxy does.
 * Requests and WebSockets alike: fastify does not see the latter.
 */
export function seenFrom(
  request: IncomingMessage,
  trusts: Trusts,
): Pick<RequestFacts, 'publicUrl' | 'clientAddress'> {
  const { headers, socket } = request;
  const isProxied = trusts(socket.remoteAddress ?? '', 0);
  const forwarded = (name: string): string | null => (isProxied ? lastOf(headers[name]) : null);
  // Some proxies name the scheme of the WebSocket.
  const scheme = /^(https|wss)$/i.test(forwarded('x-forwarded-proto') ?? '') ? 'https' : 'http';
  return {
    publicUrl: `${scheme}://${forwarded('x-forwarded-host') ?? headers.host ?? ''}`,
    clientAddress: proxyAddr.all(request, trusts).at(-1) ?? '',
  };
}

/** What the nearest proxy has added to the header; null where there is nothing. */
function lastOf(header: string | string[] | undefined): string | null {
  const last = String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return last === undefined || last === '' ? null : last;
}
