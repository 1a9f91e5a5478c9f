import type { z } from 'zod';
import type { UcpMessage } from './protocol.js';

/** Messages that name faults of a request; a request with more faults is not worth listing. */
const MAX_FAULTS = 10;

/**
 * The handler did not run: an HTTP status, and a JSON-RPC error over MCP. `negotiation` says that the parties do not
 * know each other.
 */
export class TransportRefusal extends Error {
  override readonly name = 'TransportRefusal';

  constructor(
    readonly status: number,
    readonly messages: readonly [UcpMessage, ...UcpMessage[]],
    readonly negotiation = false,
  ) {
    super(messages[0].content);
  }
}

/** The handler ran, and its outcome is an error: HTTP 200, and a result over MCP. */
export class BusinessRefusal extends Error {
  override readonly name = 'BusinessRefusal';

  constructor(readonly messages: readonly [UcpMessage, ...UcpMessage[]]) {
    super(messages[0].content);
  }
}

const fault = (
  code: string,
  content: string,
  path: string | null,
  severity: 'recoverable' | 'unrecoverable' = 'recoverable',
): UcpMessage => ({ type: 'error', code, content, severity, ...(path === null ? {} : { path }) });

/** Refuses a request whose sender can correct it. */
export const invalid = (content: string, path: string | null, code = 'invalid_request', status = 400) =>
  new TransportRefusal(status, [fault(code, content, path)]);

/** Refuses a platform that this gateway cannot deal with. */
export const notAgreed = (status: number, code: string, content: string) =>
  new TransportRefusal(status, [fault(code, content, null, 'unrecoverable')], true);

/** Nothing has this id. */
export const notFound = (content: string) =>
  new BusinessRefusal([fault('not_found', content, null, 'unrecoverable')]);

/** A path as RFC 9535 writes it: `$.like[0].image`. */
export const jsonPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : /^[a-z_]\w*$/i.test(String(key))
          ? `${text}.${String(key)}`
          : `${text}[${JSON.stringify(String(key))}]`,
    '$',
  );

/** Reads a request body. @throws TransportRefusal with a path for each fault */
export function read<T>(schema: z.ZodType<T>, given: unknown): T {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  const faults = error.issues
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => fault('invalid_request', message, jsonPath(path)));
  const [first, ...others] = faults;
  if (first === undefined) throw error;
  throw new TransportRefusal(400, [first, ...others]);
}
