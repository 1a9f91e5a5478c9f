import { setMaxListeners } from 'node:events';
import { readConfig, ConfigError, type Config } from '../config.js';
import { RequestError } from '../errors.js';
import { BucketUnavailable } from '../platform/bucket-unavailable.js';
import { createLogger, hideUrlPasswords, type Logger } from '../platform/logging.js';
import { DatabaseUnavailable, StatementCanceled } from '../platform/database-unavailable.js';
import { OperatorError } from '../platform/operator-error.js';
import { StorageFull } from '../platform/storage-full.js';
import { SchemaMismatchError } from '../platform/schema-version.js';
import { createProgress, type Progress } from '../platform/progress.js';
import { EXIT, type ExitCode } from './exit-codes.js';

/** The common inputs of all commands. */
export interface Session {
  readonly config: Config;
  readonly log: Logger;
  readonly progress: Progress;
  /** Aborted by Ctrl-C or SIGTERM: finish the current step, clean up, and return. */
  readonly signal: AbortSignal;
}

/** A stopped command has this long to finish its current step; then the process ends. A gateway drains before that. */
const STOP_TIMEOUT_MS = 20_000;

/**
 * Reads the settings, runs a command's work, and sets the exit code. Expected failures are printed as their message,
 * all others with their stack.
 */
export async function runCommand(work: (session: Session) => Promise<ExitCode>): Promise<void> {
  const progress = createProgress(process.stderr);
  const stop = new AbortController();
  // One listener for each image and each statement that waits in a queue.
  setMaxListeners(Infinity, stop.signal);
  let drainSeconds = 0;
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failed);
    progress.say('Stopping… (press Ctrl-C again to stop immediately)');
    stop.abort();
    const timeoutMs = STOP_TIMEOUT_MS + drainSeconds * 1_000;
    setTimeout(() => {
      progress.say(`Not everything stopped within ${timeoutMs / 1_000} s; exiting.`);
      process.exit(EXIT.failed);
    }, timeoutMs).unref();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

  let log: Logger | null = null;
  try {
    const config = readConfig(process.env);
    ({ drainSeconds } = config);
    log = createLogger(config.logLevel, process.stderr.isTTY ? (line) => progress.say(line) : null);
    process.exitCode = await work({ config, log, progress, signal: stop.signal });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // Interrupted work may fail in any way, and the user knows why it was interrupted.
    if (stop.signal.aborted) log?.debug({ err: error }, 'Stopped');
    else if (isExpected(error)) progress.say(hideUrlPasswords(error.message));
    else (log ?? createLogger('error', null)).fatal({ err: error }, 'Vitrine failed');
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigError) return EXIT.wrongUse;
  return error instanceof SchemaMismatchError ? EXIT.schemaMismatch : EXIT.failed;
}

function isExpected(error: unknown): error is Error {
  return [
    OperatorError,
    ConfigError,
    RequestError,
    BucketUnavailable,
    DatabaseUnavailable,
    StatementCanceled,
    StorageFull,
  ].some((kind) => error instanceof kind);
}
