import type { z } from 'zod';
import type { Ask } from './ask.js';
import { read } from './refusals.js';

/** What an operation knows of a request, whichever way it came. */
export interface UcpCall {
  readonly ask: Ask;
  /** Scheme and authority of this gateway, without a slash at the end. */
  readonly publicUrl: string;
  /** The first language of Accept-Language; null: none. */
  readonly acceptedLanguage: string | null;
  /** Null: the call is not protected against being done twice. */
  readonly idempotencyKey: string | null;
}

/** An operation of UCP, the same over REST and MCP. */
export interface UcpOperation {
  /** As MCP calls it. */
  readonly name: string;
  /** The capability that it belongs to. */
  readonly capability: string;
  /** For people and language models. */
  readonly description: string;
  /** Whether it changes nothing. */
  readonly isRead: boolean;
  /** The argument that the body of a REST request is over MCP; null: it has no body. */
  readonly argument: 'catalog' | 'cart' | null;
  /** Whether it is about a resource with an id in the address. */
  readonly hasId: boolean;
  readonly input: z.ZodType;
  /** The answer without its envelope. @throws TransportRefusal, BusinessRefusal */
  run(call: UcpCall, body: unknown, id: string): Promise<object>;
}

/** Declares an operation whose body is read with `input`. */
export const operation = <T>(
  declared: Omit<UcpOperation, 'run' | 'input'> & {
    readonly input: z.ZodType<T>;
    readonly work: (call: UcpCall, body: T, id: string) => Promise<object>;
  },
): UcpOperation => ({
  ...declared,
  run: async (call, body, id) => declared.work(call, read(declared.input, body), id),
});
