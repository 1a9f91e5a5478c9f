import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';

/**
 * Has the process go on when graphql-js abandons the promise of a list entry: when one entry fails at once, those that
 * fail later are awaited by nobody (graphql-js 16), and Node ends a process for a rejection that nobody handles. Their
 * error is already in the answer's null. Any other unhandled rejection still ends the process.
 *
 * @returns what takes the handler away again
 */
export function survivesAbandonedErrors(log: Pick<Logger, 'debug'>): () => void {
  const handle = (reason: unknown): void => {
    if (!(reason instanceof GraphQLError)) throw reason;
    log.debug({ err: reason }, 'A list entry failed after its list had already failed');
  };
  process.on('unhandledRejection', handle);
  return () => process.off('unhandledRejection', handle);
}
