import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Config } from '../config.js';

export type { Logger } from 'pino';

/** Never written, wherever in a logged object they stand up to one level down. */
const SECRETS = ['password', 'apiKey', 'authorization', 'cookie', 'databaseUrl', 'connectionString'].flatMap(
  (name) => [name, `*.${name}`],
);

/** The password of a URL, in whatever text it stands. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;

export const hideUrlPasswords = (text: string): string => text.replace(URL_PASSWORD, '$1***@');

/**
 * The process's log: one JSON object a line, or, given `terminal`, lines for people handed to that function.
 * Errors keep their stack and causes; secrets are left out.
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
    { level, redact: { paths: SECRETS, censor: '***' } },
    {
      write(line) {
        const shown: unknown = pretty === null ? line : pretty(line);
        write(hideUrlPasswords(String(shown).trimEnd()));
      },
    },
  );
}
