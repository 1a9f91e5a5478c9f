import { z } from 'zod';

/** Longer than any id: it is sent back. */
const MAX_ID_CHARS = 1_000;
const id = z.union([z.string().max(MAX_ID_CHARS), z.number()]);

/** A request that is answered. MCP has no null ids. */
const rpcRequest = z.object({
  jsonrpc: z.literal('2.0'),
  id,
  method: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
});
export type RpcRequest = z.infer<typeof rpcRequest>;

/** A notification, or the answer to a request that this server never sends. */
const unanswered = z.union([
  z.object({ jsonrpc: z.literal('2.0'), method: z.string(), id: z.undefined().optional() }),
  z.object({ jsonrpc: z.literal('2.0'), id, result: z.unknown() }),
  z.object({ jsonrpc: z.literal('2.0'), id, error: z.unknown() }),
]);

/** What a message is: a request, one that is not answered, or null when it is no message. */
export function readMessage(body: unknown): RpcRequest | 'unanswered' | null {
  const asked = rpcRequest.safeParse(body);
  if (asked.success) return asked.data;
  return unanswered.safeParse(body).success ? 'unanswered' : null;
}

export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INVALID_PARAMS = -32_602;
/** UCP: the parties do not know each other. */
export const NOT_NEGOTIATED = -32_001;
/** UCP: what an HTTP status says. */
export const BY_STATUS = -32_000;

type Id = string | number | null;

export const rpcResult = (id: Id, result: object): object => ({ jsonrpc: '2.0', id, result });

export const rpcError = (id: Id, code: number, message: string, data?: object): object => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data === undefined ? {} : { data }) },
});
