import { RequestError } from '../errors.js';

/**
 * The value of Authorization in the headers of a request, or in the connectionParams of a WebSocket, which browsers
 * let have no headers: `{ authorization: 'Bearer …' }`. Null where there is none.
 *
 * @throws RequestError UNAUTHENTICATED when it is no text
 */
export function authorizationOf(carrier: unknown): string | null {
  if (!(carrier instanceof Object)) return null;
  const [, value]: [string, unknown] | [] =
    Object.entries(carrier).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  if (value == null) return null;
  if (typeof value === 'string') return value;
  throw new RequestError('UNAUTHENTICATED', 'Authorization must be a string: `Bearer …`, with an API key.');
}
