import { z } from 'zod';
import { invalid, TransportRefusal } from './refusals.js';
import { ERROR_STATUS, type ErrorCode } from '../../errors.js';

/** Executes a GraphQL document for the sender of the request, and reads its data. @throws TransportRefusal */
export type Ask = <T>(
  document: string,
  data: z.ZodType<T>,
  variables: Readonly<Record<string, unknown>>,
) => Promise<T>;

const answered = z.object({
  // Without data, nothing was executed.
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

/** Codes of faults in what a caller sent, with where that is in a request. */
const PATHS: Readonly<Record<string, string | null>> = {
  BAD_USER_INPUT: null,
  COST_EXCEEDED: null,
  INVALID_CURSOR: '$.pagination.cursor',
  IMAGE_UNDECODABLE: '$.like',
  IMAGE_TOO_LARGE: '$.like',
  IMAGE_NOT_FOUND: '$.like',
};

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_STATUS, code);

/** Reads an answer of GraphQL. The first error fails the request. @throws TransportRefusal */
export function readAnswer<T>(body: string, schema: z.ZodType<T>): T {
  const json: unknown = JSON.parse(body);
  const { data, errors } = answered.parse(json);
  const [error] = errors;
  if (error === undefined) return schema.parse(data);
  const { code } = error.extensions;
  if (Object.hasOwn(PATHS, code)) throw invalid(error.message, PATHS[code] ?? null, code.toLowerCase());
  throw new TransportRefusal(isErrorCode(code) ? ERROR_STATUS[code] : 500, [
    { type: 'error', code: code.toLowerCase(), content: error.message, severity: 'recoverable' },
  ]);
}
