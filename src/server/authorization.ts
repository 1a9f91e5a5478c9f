import { RequestError } from '../errors.js';

/**
 * The value of Authorization in the headers of a request, or in the connectionParams of a WebSocket, because browsers
 * cannot set headers there: `{ authorization: 'Bearer …' }`. Null if there is none.
 *
 * @throws RequestError UNAUTHENTICATED when it is not a string
 */
export function authorizationOf(carrier: unknown): string | null {
  if (!(carrier instanceof Object)) return null;
  const [, value]: [string, unknown] | [] =
    Object.entries(carrier).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  if (value == null) return null;
  if (typeof value === 'string') return value;
  throw new RequestError('UNAUTHENTICATED', 'Authorization must be a string: `Bearer …`, with an API key.');
}
