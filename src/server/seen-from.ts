import type { IncomingMessage } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { RequestFacts } from '../graph/server-context.js';

/** A name or an IPv4 address, or an IPv6 address in brackets, and perhaps a port. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** A name in DNS has 253 characters. A longer one would be in each URL of an answer. */
const MAX_HOST_CHARS = 253 + ':65535'.length;

/** Whether a header names a host with which a URL can begin. */
export const isHost = (text: string): boolean =>
  text.length <= MAX_HOST_CHARS && HOST.test(text) && URL.canParse(`http://${text}`);

/** How a client reached this server if it does not say: with HTTP/1.0, it need not. */
function ownHost({ localAddress = '', localPort = 0 }: Socket): string {
  return `${isIPv6(localAddress) ? `[${localAddress.replace(/%.*/, '')}]` : localAddress}:${localPort}`;
}

/** Whether this address, at this number of hops, is a proxy whose X-Forwarded-* headers are trusted. */
export type Trusts = (address: string, hop: number) => boolean;

/** Trusts only these addresses and CIDR ranges. */
export const trustIn = (proxies: readonly string[]): Trusts =>
  proxies.length === 0 ? () => false : proxyAddr.compile([...proxies]);

/**
 * The URL and the address of the client, from the client's view: those of the connection, or those that a trusted
 * proxy reports. Used for both requests and WebSockets, because fastify does not handle WebSockets.
 */
export function seenFrom(
  request: IncomingMessage,
  trusts: Trusts,
): Pick<RequestFacts, 'publicUrl' | 'clientAddress'> {
  const { headers, socket } = request;
  const isProxied = trusts(socket.remoteAddress ?? '', 0);
  const forwarded = (name: string): string | null => (isProxied ? lastOf(headers[name]) : null);
  // Many proxies pass on what the client sent.
  const forwardedHost = forwarded('x-forwarded-host') ?? '';
  const host = isHost(forwardedHost) ? forwardedHost : (headers.host ?? '');
  // Some proxies send the scheme of the WebSocket.
  const scheme = /^(https|wss)$/i.test(forwarded('x-forwarded-proto') ?? '') ? 'https' : 'http';
  return {
    publicUrl: `${scheme}://${host === '' ? ownHost(socket) : host}`,
    clientAddress: proxyAddr.all(request, trusts).at(-1) ?? '',
  };
}

/** The value that the nearest proxy added to the header; null if there is none. */
function lastOf(header: string | string[] | undefined): string | null {
  const last = String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return last === undefined || last === '' ? null : last;
}
