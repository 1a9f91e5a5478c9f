import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';

/**
 * Keeps the process running when graphql-js abandons the promise of a list entry: when one entry fails at once,
 * nothing awaits those that fail later (graphql-js 16), and Node ends a process with an unhandled rejection. The
 * response's null already covers their error. Any other unhandled rejection still ends the process.
 *
 * @returns a function that removes the handler
 */
export function survivesAbandonedErrors(log: Pick<Logger, 'debug'>): () => void {
  const handle = (reason: unknown): void => {
    if (!(reason instanceof GraphQLError)) throw reason;
    log.debug({ err: reason }, 'A list entry failed after its list had already failed');
  };
  process.on('unhandledRejection', handle);
  return () => process.off('unhandledRejection', handle);
}
