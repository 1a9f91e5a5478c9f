import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { MAX_BODY_DEPTH, MAX_BODY_NAMES, MAX_BODY_VALUES, UNCHECKED_BODY_BYTES } from './limits.js';
import type { PaidBodies } from './paid-bodies.js';

/**
 * Reads JSON bodies, and refuses those with too many values, levels, or different field names before they are parsed:
 * the parser alone would block the process for seconds, and so would any code that copies the object.
 */
export function boundJsonNames(app: FastifyInstance, bodies: PaidBodies): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const read = (request: FastifyRequest, body: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      assertBounded(body);
      void parse(request, body, (error, value) => (error === null ? resolve(value) : reject(error)));
    });
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    async (request: FastifyRequest, body: string) => {
      bodies.haveRead(request, Buffer.byteLength(body));
      try {
        return await read(request, body);
      } catch (error) {
        await bodies.payForRefused(request);
        throw error;
      }
    },
  );
}

/** @throws RequestError BAD_USER_INPUT */
function assertBounded(body: string): void {
  // A character is at least a byte.
  if (body.length <= UNCHECKED_BODY_BYTES) return;
  if (hasMoreValues(body, MAX_BODY_VALUES, MAX_BODY_DEPTH)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The body has more than ${MAX_BODY_VALUES} values or ${MAX_BODY_DEPTH} levels: send less at a time.`,
    );
  }
  if (hasMoreNames(body, MAX_BODY_NAMES)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The body has more than ${MAX_BODY_NAMES} distinct field names: ` +
        'send only the variables that the operation declares.',
    );
  }
}

/**
 * Searches backward from every colon for the name before it, so that it skips megabytes of base64 at once. A name
 * with an escaped quote counts as different from all others.
 */
function hasMoreNames(json: string, limit: number): boolean {
  const names = new Set<string>();
  let escaped = 0;
  for (let colon = json.indexOf(':'); colon !== -1; colon = json.indexOf(':', colon + 1)) {
    let end = colon - 1;
    while (isSpace(json.charCodeAt(end))) end -= 1;
    if (json[end] !== '"' || isEscaped(json, end)) continue;
    const start = json.lastIndexOf('"', end - 1);
    if (isEscaped(json, start)) escaped += 1;
    else names.add(json.slice(start + 1, end));
    if (names.size + escaped > limit) return true;
  }
  return false;
}

/** Counts commas and brackets outside of strings, and skips strings and all else at once. */
function hasMoreValues(json: string, values: number, levels: number): boolean {
  const marks = /[",[\]{}]/g;
  let counted = 0;
  let depth = 0;
  while (marks.test(json)) {
    const mark = json[marks.lastIndex - 1];
    if (mark === '"') {
      let end = marks.lastIndex - 1;
      do end = json.indexOf('"', end + 1);
      while (end !== -1 && isEscaped(json, end));
      // The parser reports a string without an end.
      if (end === -1) return false;
      marks.lastIndex = end + 1;
    } else if (mark === '}' || mark === ']') {
      depth -= 1;
      // The parser reports an end without a beginning.
      if (depth < 0) return false;
    } else {
      counted += 1;
      if (mark !== ',') depth += 1;
      if (counted > values || depth > levels) return true;
    }
  }
  return false;
}

function isEscaped(json: string, index: number): boolean {
  let before = index;
  while (json[before - 1] === '\\') before -= 1;
  return (index - before) % 2 === 1;
}

/** Space, tab, line feed, and carriage return, as JSON defines whitespace. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
