import type { FastifyRequest } from 'fastify';
import { headerOf } from '../ucp/rest.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
const LOOPBACK_ADDRESS = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Whether a page may call MCP: only one of the gateway's own origin. A page whose name was made to resolve to this
 * machine (DNS rebinding) has the origin that its request names as the host, so over a loopback connection the origin must
 * be a loopback one, unless the operator has said what the gateway is called. Programs send no Origin.
 */
export function isOwnOrigin(request: FastifyRequest, publicUrl: string, isConfigured: boolean): boolean {
  const origin = headerOf(request, 'origin');
  if (request.headers.origin === undefined) return true;
  if (origin === null || !URL.canParse(origin)) return false;
  const { hostname, host } = new URL(origin);
  const isLocal = LOOPBACK_ADDRESS.test(request.raw.socket.localAddress ?? '');
  if (isLocal && !isConfigured) return LOOPBACK.test(hostname);
  return host === new URL(publicUrl).host;
}
