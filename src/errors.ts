/**
 * Every failure that a caller can cause or must handle, by its stable code (`extensions.code` in GraphQL,
 * `error.code` over HTTP). Anything else is our fault: it is logged and masked as INTERNAL_SERVER_ERROR.
 */
export const ERROR_STATUS = {
  BAD_USER_INPUT: 400,
  IMAGE_UNDECODABLE: 400,
  IMAGE_TOO_LARGE: 413,
  IMAGE_NOT_FOUND: 404,
  INVALID_CURSOR: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TOO_SLOW: 408,
  UNKNOWN_CHANNEL: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  INSUFFICIENT_STOCK: 409,
  HOLD_LIMIT: 409,
  HOLD_EXPIRED: 409,
  HOLD_NOT_ACTIVE: 409,
  IDEMPOTENCY_CONFLICT: 409,
  STALE_QUANTITY: 409,
  IN_HOLD: 409,
  COST_EXCEEDED: 400,
  THROTTLED: 429,
  STORAGE_FULL: 507,
  PERSISTED_QUERY_NOT_FOUND: 404,
  SERVICE_OVERLOADED: 503,
  INDEX_UNAVAILABLE: 503,
  DATABASE_UNAVAILABLE: 503,
  IMAGES_UNAVAILABLE: 503,
  SHOPPER_KEYS_UNAVAILABLE: 503,
  NOT_CALIBRATED: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** A failure with a stable code and a message that names the remedy. The message is safe to show to any caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The caller has used up its budget for now; the same request can be sent again after this time. */
export class ThrottledError extends RequestError {
  constructor(
    message: string,
    readonly retryAfterMs: number,
  ) {
    super('THROTTLED', message);
  }
}
