import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { MAX_BODY_DEPTH, MAX_BODY_NAMES, MAX_BODY_VALUES, UNCHECKED_BODY_CHARS } from './limits.js';

const lengths = new WeakMap<FastifyRequest, number>();

/** Characters of the JSON body of a request; 0 without one. */
export const bodyLength = (request: FastifyRequest): number => lengths.get(request) ?? 0;

/**
 * Reads JSON bodies, and refuses those with too many values, levels, or different field names before they are parsed:
 * the parser alone would block the process for seconds, and so would any code that copies the object.
 */
export function boundJsonNames(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    lengths.set(request, body.length);
    if (body.length > UNCHECKED_BODY_CHARS && hasMoreValues(body, MAX_BODY_VALUES, MAX_BODY_DEPTH)) {
      done(
        new RequestError(
          'BAD_USER_INPUT',
          `The body has more than ${MAX_BODY_VALUES} values or ${MAX_BODY_DEPTH} levels: send less at a time.`,
        ),
      );
    } else if (body.length > UNCHECKED_BODY_CHARS && hasMoreNames(body, MAX_BODY_NAMES)) {
      done(
        new RequestError(
          'BAD_USER_INPUT',
          `The body has more than ${MAX_BODY_NAMES} distinct field names: ` +
            'send only the variables that the operation declares.',
        ),
      );
    } else {
      void parse(request, body, done);
    }
  });
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

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Counts commas and brackets outside of strings, and skips strings at once. */
function hasMoreValues(json: string, values: number, levels: number): boolean {
  let counted = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      do at = json.indexOf('"', at + 1);
      while (at !== -1 && isEscaped(json, at));
      // The parser reports a string without an end.
      if (at === -1) return false;
    } else if (OPENING.has(code)) {
      depth += 1;
      counted += 1;
    } else if (CLOSING.has(code)) depth -= 1;
    else if (code === COMMA) counted += 1;
    if (counted > values || depth > levels) return true;
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
