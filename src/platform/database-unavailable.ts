import { errorCode, errorMessage } from './operator-error.js';

const CANCELED = '57014';

/**
 * Postgres is unreachable, restarting, silent, or out of connections, disk, or memory. The statement may or may not have
 * run; the remedy is to try again in a few seconds. `code` is the code of the system or of Postgres, if there is one.
 */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  readonly code: string | null;

  constructor(cause: unknown) {
    super(`Postgres is unavailable: ${errorMessage(cause) || 'it cannot be reached'}`, { cause });
    this.code = errorCode(cause);
  }
}

/** Postgres canceled the statement, usually because it took too long. Its transaction can only be rolled back. */
export class StatementCanceled extends Error {
  override readonly name = 'StatementCanceled';
  /** The code of Postgres. */
  readonly code = CANCELED;

  constructor(cause: unknown) {
    super(`Postgres stopped a statement: ${errorMessage(cause)}`, { cause });
  }
}

/** Network error codes. The errors checked here come only from connections to Postgres. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
]);

/**
 * Error codes of Postgres: any connection exception; out of resources, such as disk, memory, and connections; shutting
 * down, crashed, starting up, a dropped database; a session or transaction that was idle too long; a read-only server,
 * such as a former primary after a failover; an error of its disk; and a login that it no longer accepts, while a password
 * is being changed.
 */
const POSTGRES_CODES = /^(08...|28000|28P01|53[0-3]00|57P0[1-5]|25P03|25P04|25006|58030)$/;

/** Messages of node-postgres, whose own errors have no code. */
const DRIVER_MESSAGES =
  /^(Query read timeout|timeout expired|timeout exceeded when trying to connect|Connection terminated|Client (has encountered a connection error|was closed)|The server does not support SSL)/;

/**
 * Converts an error to a StatementCanceled or a DatabaseUnavailable where it is one; returns other errors unchanged.
 */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  const code = errorCode(error);
  if (code === CANCELED) return error instanceof StatementCanceled ? error : new StatementCanceled(error);
  const isAway =
    code === null
      ? DRIVER_MESSAGES.test(errorMessage(error))
      : NETWORK_CODES.has(code) || POSTGRES_CODES.test(code);
  return isAway ? new DatabaseUnavailable(error) : error;
}

/** Whether a connection that failed with this error must not be used again. */
export function endsConnection(error: unknown): boolean {
  return error instanceof DatabaseUnavailable;
}

/** Whether no response arrived in time, although Postgres should have canceled the statement before that. */
export function isSilence(error: unknown): boolean {
  return errorMessage(error) === 'Query read timeout';
}
