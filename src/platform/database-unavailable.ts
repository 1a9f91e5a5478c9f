import { errorCode, errorMessage } from './operator-error.js';

const CANCELED = '57014';

/**
 * Postgres is away, restarting, full or silent: the statement may have run or not, and trying again in some seconds is
 * the remedy. `code` is that of the system or of Postgres, where either gave one.
 */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  readonly code: string | null;

  constructor(cause: unknown) {
    super(`Postgres is unavailable: ${errorMessage(cause) || 'it cannot be reached'}`, { cause });
    this.code = errorCode(cause);
  }
}

/** Postgres stopped the statement, most often because it took too long. Its transaction can only be rolled back. */
export class StatementCanceled extends Error {
  override readonly name = 'StatementCanceled';
  /** That of Postgres. */
  readonly code = CANCELED;

  constructor(cause: unknown) {
    super(`Postgres stopped a statement: ${errorMessage(cause)}`, { cause });
  }
}

/** What the network says, over which nothing else than Postgres is asked here. */
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
 * What Postgres says: any connection exception, out of connections, shutting down, crashed, starting up, a database that
 * was dropped, a session or transaction that idled too long, and a server that only reads, as a primary is after it was
 * failed over.
 */
const POSTGRES_CODES = /^(08...|53300|57P0[1-5]|25P03|25P04|25006)$/;

/** What node-postgres says, which gives its own errors no code. */
const DRIVER_MESSAGES =
  /^(Query read timeout|timeout expired|timeout exceeded when trying to connect|Connection terminated|Client (has encountered a connection error|was closed)|The server does not support SSL)/;

/** The error as it is, as a StatementCanceled, or as a DatabaseUnavailable where it says that Postgres is not there. */
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

/** Whether the connection that failed so must not be used again. */
export function endsConnection(error: unknown): boolean {
  return error instanceof DatabaseUnavailable;
}

/** Whether nothing came back in time, where Postgres should have canceled the statement before. */
export function isSilence(error: unknown): boolean {
  return errorMessage(error) === 'Query read timeout';
}
