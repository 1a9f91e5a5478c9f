import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors.js';
import type { RequestFacts } from '../graph/server-context.js';

type Credentials = Pick<RequestFacts, 'authorization' | 'shopperToken' | 'shopperAddress' | 'origin'>;

const AUTHORIZATION = 'authorization';
const SHOPPER = 'vitrine-shopper';
const SHOPPER_ADDRESS = 'vitrine-shopper-address';

/** What the headers of a request say about its caller. */
export function credentialsOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): Credentials {
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
  return {
    authorization: valueOf(headers, AUTHORIZATION),
    shopperToken: valueOf(headers, SHOPPER),
    shopperAddress: valueOf(headers, SHOPPER_ADDRESS),
    origin: valueOf(headers, 'origin'),
  };
}

/**
 * The same with what the connectionParams of a WebSocket say instead, because browsers cannot set headers there:
 * `{ authorization: 'Bearer …', 'vitrine-shopper': 'ey…' }`.
 *
 * @throws RequestError UNAUTHENTICATED when a value is not a string
 */
export function withParams(credentials: Credentials, params: unknown): Credentials {
  const given = Object.entries(params ?? {});
  return {
    authorization: valueOf(given, AUTHORIZATION) ?? credentials.authorization,
    shopperToken: valueOf(given, SHOPPER) ?? credentials.shopperToken,
    shopperAddress: valueOf(given, SHOPPER_ADDRESS) ?? credentials.shopperAddress,
    origin: credentials.origin,
  };
}

/**
 * A value that is given twice is joined, which makes it invalid: a proxy may have checked the other one than the
 * gateway would use.
 */
function valueOf(entries: readonly (readonly [string, unknown])[], name: string): string | null {
  const values = entries.flatMap(([key, value]) => {
    if (key.toLowerCase() !== name || value == null) return [];
    if (typeof value === 'string') return [value];
    throw new RequestError('UNAUTHENTICATED', `${name} must be a string in the connectionParams.`);
  });
  return values.length === 0 ? null : values.join(', ');
}
