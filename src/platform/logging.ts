import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Config } from '../config.js';
import { logError } from './log-error.js';
import { traceFields } from './tracing.js';

export type { Logger } from 'pino';

/** Never logged, wherever they occur up to two levels deep in a logged object. */
const SECRETS = [
  'password',
  'apiKey',
  'api-key',
  'secret',
  'token',
  'authorization',
  'shopperToken',
  'vitrine-shopper',
  'cookie',
  'databaseUrl',
  'connectionString',
  'DATABASE_URL',
  'QDRANT_API_KEY',
  'VITRINE_SHOPPER_SECRET',
].flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** The password of a URL in any text. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*:)[^\s/"\\]+@/gi;
/** A quoted header, and a connection string in libpq's key-value syntax. */
const BEARER = /(\bBearer\s+)[\w.~+/-]+=*/gi;
const KEYWORD_PASSWORD = /(\bpassword\s*=\s*)[^\s"&]+/gi;

export const hideUrlPasswords = (text: string): string => text.replace(URL_PASSWORD, '$1***@');

const hideSecrets = (text: string): string =>
  hideUrlPasswords(text).replace(BEARER, '$1***').replace(KEYWORD_PASSWORD, '$1***');

/**
 * The process's log: one JSON object per line or, with `terminal`, readable lines that are passed to that function.
 * Errors keep their stack and causes, but nothing that a library attached to them; secrets are removed.
 */
export function createLogger(level: Config['logLevel'], terminal: ((line: string) => void) | null): Logger {
  const write = terminal ?? ((line: string) => process.stderr.write(`${line}\n`));
  const pretty =
    terminal === null
      ? null
      : PinoPretty.prettyFactory({
          colorize: true,
          translateTime: 'SYS:HH:MM:ss',
          ignore: 'pid,hostname',
        });
  return pino(
    {
      level,
      redact: { paths: SECRETS, censor: '***' },
      serializers: { err: (error: unknown) => logError(error) },
      mixin: traceFields,
    },
    {
      write(line) {
        const shown: unknown = pretty === null ? line : pretty(line);
        write(hideSecrets(String(shown).trimEnd()));
      },
    },
  );
}
