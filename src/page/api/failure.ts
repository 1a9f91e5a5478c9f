/** Why an answer is missing. `code` is one of the gateway's, or OFFLINE when it was not reached. */
export class Failure extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** How long to wait before asking again; null when waiting does not help. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  // What fetch throws when there is no connection.
  if (error instanceof TypeError) return new Failure('OFFLINE', error.message);
  return new Failure('UNKNOWN', error instanceof Error ? error.message : String(error));
}

/** How long the server wants to be left alone, in milliseconds; null when it does not say. */
export function retryAfterOf({ headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : null;
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';
