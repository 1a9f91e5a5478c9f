import { randomUUID } from 'node:crypto';
import { types } from 'node:util';
import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode as Apollo } from '@apollo/server/errors';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_STATUS, type ErrorCode, RequestError, ThrottledError } from '../errors.js';
import type { ServerContext } from '../graph/server-context.js';
import { BucketUnavailable } from '../platform/bucket-unavailable.js';
import { DatabaseBusy } from '../platform/connection-turns.js';
import { DatabaseUnavailable, StatementCanceled } from '../platform/database-unavailable.js';
import { errorCode, errorMessage } from '../platform/operator-error.js';
import { StorageFull } from '../platform/storage-full.js';
import { MAX_ERROR_MESSAGE_CHARS, RETRY_AFTER_SECONDS } from './limits.js';
import { connectionOf } from './request.js';

/**
 * Codes with which Apollo and graphql report errors in the request; those messages are about the caller's document.
 */
const REQUEST_CODES: ReadonlySet<string> = new Set([
  Apollo.GRAPHQL_PARSE_FAILED,
  Apollo.GRAPHQL_VALIDATION_FAILED,
  Apollo.PERSISTED_QUERY_NOT_FOUND,
  Apollo.PERSISTED_QUERY_NOT_SUPPORTED,
  Apollo.BAD_USER_INPUT,
  Apollo.OPERATION_RESOLUTION_FAILURE,
  Apollo.BAD_REQUEST,
]);

/**
 * The error that a caller sees: a request error, also when Postgres or the bucket of images is unavailable, Postgres
 * stopped a statement, or the disk is full; null when the fault is ours.
 */
export function toRequestError(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  if (error instanceof StorageFull) {
    return new RequestError(
      'STORAGE_FULL',
      'The image could not be stored, because there is no space left for images. The operator has to free up space.',
      { cause: error },
    );
  }
  if (error instanceof BucketUnavailable) {
    return new RequestError(
      'IMAGES_UNAVAILABLE',
      'The store of images is not responding: try again in a few seconds.',
      { cause: error },
    );
  }
  if (error instanceof StatementCanceled) {
    return new RequestError(
      'SERVICE_OVERLOADED',
      'A database statement took too long and was stopped; its transaction changed nothing. Ask for less at once, or ' +
        'try again in a few seconds; with the same idempotencyKey a mutation is done once.',
      { cause: error },
    );
  }
  if (error instanceof DatabaseBusy) {
    return new RequestError(
      'SERVICE_OVERLOADED',
      'Your requests wait for each other, or for others of the same kind, so nothing was done: send fewer at once, or ' +
        'try again in a few seconds.',
      { cause: error },
    );
  }
  if (!(error instanceof DatabaseUnavailable)) return null;
  return new RequestError(
    'DATABASE_UNAVAILABLE',
    'The database is not responding: try again in a few seconds. A mutation may or may not have taken effect; ' +
      'with the same idempotencyKey, it takes effect only once.',
    { cause: error },
  );
}

const PASSING_CODES: ReadonlySet<unknown> = new Set<ErrorCode>([
  'DATABASE_UNAVAILABLE',
  'IMAGES_UNAVAILABLE',
  'INDEX_UNAVAILABLE',
  'SERVICE_OVERLOADED',
  'SHOPPER_KEYS_UNAVAILABLE',
  'THROTTLED',
]);

/** Whether the same request may succeed in a few seconds. */
export const passes = (code: unknown): boolean => PASSING_CODES.has(code);

/** When to send a request again that failed with an error that passes, in seconds. */
const retryAfter = (error: RequestError): string =>
  error instanceof ThrottledError ? inSeconds(error.retryAfterMs) : RETRY_AFTER_SECONDS;

const inSeconds = (ms: number): string => String(Math.ceil(ms / 1_000));

/** Tells the client of a request that failed with this error when to send it again, if that may help. */
export function setRetryAfter(error: unknown, reply: FastifyReply): void {
  const known = toRequestError(error);
  if (known !== null && passes(known.code)) void reply.header('retry-after', retryAfter(known));
}

const detailsOf = (error: RequestError): { readonly retryAfterMs?: number } =>
  error instanceof ThrottledError ? { retryAfterMs: error.retryAfterMs } : {};

/** The HTTP status of the passing errors that a resolver can throw. */
const TRY_AGAIN_STATUS = 503;

/** Converts a thrown value to an error that fails the whole request: a request error with its HTTP status. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const known = toRequestError(error);
  if (known !== null) {
    return new GraphQLError(known.message, {
      originalError: error instanceof Error ? error : known,
      extensions: { code: known.code, http: { status: ERROR_STATUS[known.code] } },
    });
  }
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** An error that graphql reports about the request, with the code that Apollo Server gives it. */
export function withRequestCode(
  error: GraphQLError,
  code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT',
): GraphQLError {
  const { nodes = null, source = null, positions = null } = error;
  return new GraphQLError(error.message, { nodes, source, positions, extensions: { code } });
}

/** The only place that turns errors into what a GraphQL caller sees. */
export interface ErrorRenderer {
  /** An error of this request, as its caller sees it. */
  readonly render: (error: GraphQLError, requestId: string) => GraphQLFormattedError;
  readonly formatError: NonNullable<ApolloServerOptions<ServerContext>['formatError']>;
  /** Remembers which request an error belongs to, because `formatError` does not get the request. */
  readonly plugin: ApolloServerPlugin<ServerContext>;
}

/**
 * Request errors keep their message and code, and so do parse, validation, and variable errors. Everything else is
 * logged with its cause and masked as INTERNAL_SERVER_ERROR with the id of the request.
 */
export function createErrorRenderer(log: Logger, countError: (code: string) => void): ErrorRenderer {
  const requestIds = new WeakMap<object, string>();

  const counted = (
    formatted: GraphQLFormattedError,
    message: string,
    code: string,
    details: Readonly<Record<string, unknown>> = {},
  ): GraphQLFormattedError => {
    countError(code);
    return { ...formatted, message, extensions: { code, ...details } };
  };

  const render = (
    formatted: GraphQLFormattedError,
    error: unknown,
    requestId: string,
  ): GraphQLFormattedError => {
    const cause = causeOf(error);
    const known = toRequestError(cause);
    if (known !== null) {
      const trace = traceUnavailable(cause, requestId, log);
      return counted(formatted, shorten(known.message) + trace, known.code, detailsOf(known));
    }
    const code = formatted.extensions?.['code'];
    if (cause === null && isRequestCode(code)) return counted(formatted, shorten(formatted.message), code);
    log.error({ err: cause ?? error, requestId, path: formatted.path }, 'A resolver failed');
    return counted(formatted, maskedMessage(requestId), Apollo.INTERNAL_SERVER_ERROR);
  };

  return {
    render: (error, requestId) => render(error.toJSON(), error, requestId),

    plugin: {
      async requestDidStart() {
        return {
          async didEncounterErrors({ errors, contextValue }) {
            for (const error of errors) requestIds.set(error, contextValue.requestId);
          },
          async willSendResponse({ response: { body, http } }) {
            if (body.kind !== 'single') return;
            const { data, errors = [] } = body.singleResult;
            const wait = errors[0]?.extensions?.['retryAfterMs'];
            if (data === undefined && typeof wait === 'number') {
              http.headers.set('retry-after', inSeconds(wait));
              return;
            }
            if (!errors.some(({ extensions }) => passes(extensions?.['code']))) return;
            http.headers.set('retry-after', RETRY_AFTER_SECONDS);
            // Without data, the response is worth retrying for proxies too.
            const isEmpty = Object.values(data ?? {}).every((value) => value === null);
            if (isEmpty) http.status = TRY_AGAIN_STATUS;
          },
        };
      },
    },

    formatError: (formatted, error) =>
      render(formatted, error, (error instanceof Object && requestIds.get(error)) || randomUUID()),
  };
}

/** The error thrown in a resolver; null when the error came from graphql itself. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  const { originalError } = error;
  return originalError === undefined || originalError instanceof GraphQLError ? null : originalError;
}

function isRequestCode(code: unknown): code is string {
  return typeof code === 'string' && REQUEST_CODES.has(code);
}

/** Without its middle, where graphql-js quotes the value: the end says what is wrong with it. */
function shorten(message: string): string {
  const half = MAX_ERROR_MESSAGE_CHARS / 2;
  return message.length <= MAX_ERROR_MESSAGE_CHARS
    ? message
    : `${message.slice(0, half)}…${message.slice(-half)}`;
}

/** What a caller is told of a fault that is only in the log. */
export const maskedMessage = (requestId: string): string =>
  `Something went wrong on our side${inLog(requestId)}`;

/** Ends the messages of the errors that are in the log. */
const inLog = (requestId: string): string => ` (request ${requestId})`;

/** What a caller is told of an error, which is logged if it is our fault. Retry-After is set on the reply. */
export function explainError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): ReturnType<typeof describe> {
  setRetryAfter(error, reply);
  // Fastify's errors are instances of Error only, and those of another context are native only.
  const isError = error instanceof Error || types.isNativeError(error);
  return describe(isError ? error : new Error(errorMessage(error)), request, log);
}

/**
 * Sends an error of a route other than /graphql as `{ error: { code, message } }`, counts it, and logs it if it is our
 * fault.
 */
export function sendHttpError(
  error: FastifyError | RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
  countError: (code: string) => void,
): void {
  if (reply.sent) return;
  const { status, code, message, details } = explainError(error, request, reply, log);
  countError(code);
  // Caches on the way would otherwise keep some of them, such as that there is no image yet.
  void reply.header('cache-control', 'no-store');
  void reply.code(status).send({ error: { code, message, ...details } });
}

/** The same for errors on /graphql before Apollo sees the request, in the format that GraphQL clients expect. */
export function sendGraphQLHttpError(
  error: FastifyError | RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): void {
  if (reply.sent) return;
  const { status, code, message, details } = explainError(error, request, reply, log);
  // It names the authentication scheme (RFC 9110).
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply.code(status).send({ errors: [{ message, extensions: { code, ...details } }] });
}

/** Nobody receives this response; proxies log the same status when a client closes a request. */
const CLIENT_LEFT = 499;
/** Error codes of reading from or writing to a client that has disconnected. */
const LEAVING_CODES: ReadonlySet<string | null> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ABORT_ERR',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether the only failure is that the client disconnected during its request. */
function hasLeft(error: Error, { raw }: FastifyRequest): boolean {
  const isLeaving = LEAVING_CODES.has(errorCode(error)) || error.name === 'AbortError';
  return isLeaving && !(error instanceof DatabaseUnavailable) && connectionOf(raw).destroyed;
}

function describe(
  error: Error,
  request: FastifyRequest,
  log: Logger,
): { status: number; code: string; message: string; details?: { readonly retryAfterMs?: number } } {
  const requestId = request.id;
  if (hasLeft(error, request)) {
    log.debug({ reason: errorMessage(error), requestId }, 'A client disconnected before its request ended');
    return { status: CLIENT_LEFT, code: 'BAD_USER_INPUT', message: 'The request was aborted.' };
  }
  const known = toRequestError(error);
  if (known !== null) {
    return {
      status: ERROR_STATUS[known.code],
      code: known.code,
      message: shorten(known.message) + traceUnavailable(error, requestId, log),
      details: detailsOf(known),
    };
  }
  // Fastify's own refusals: a body that is too large or not JSON, an unknown content type.
  const status = 'statusCode' in error ? Number(error.statusCode ?? 500) : 500;
  if (status < 500) return { status, code: 'BAD_USER_INPUT', message: shorten(error.message) };
  log.error({ err: error, requestId }, 'A request failed');
  return { status: 500, code: Apollo.INTERNAL_SERVER_ERROR, message: maskedMessage(requestId) };
}

/**
 * Logs a failure that is no fault of the caller, without a stack, because every request fails during an outage. Returns
 * what the message for the caller ends with: the id of the request, or nothing when nothing was logged.
 */
export function traceUnavailable(error: unknown, requestId: string, log: Logger): string {
  const why = whyUnavailable(error);
  if (why === null) return '';
  // The message of a request error is for callers.
  const reason = errorMessage((error instanceof RequestError && error.cause) || error);
  log.warn({ reason, requestId }, `A request failed because ${why}`);
  return inLog(requestId);
}

function whyUnavailable(error: unknown): string | null {
  if (error instanceof RequestError) return UNAVAILABLE[error.code] ?? null;
  if (error instanceof BucketUnavailable) return 'the bucket of images is unavailable';
  if (error instanceof StorageFull) return 'there is no space left for images';
  if (error instanceof StatementCanceled) return 'Postgres stopped its statement';
  if (error instanceof DatabaseBusy) return 'it waited too long for its turn at Postgres';
  return 'Postgres is unavailable';
}

const UNAVAILABLE: Partial<Record<ErrorCode, string>> = {
  INDEX_UNAVAILABLE: 'the vector index is unavailable',
  SHOPPER_KEYS_UNAVAILABLE: 'the keys of shopper tokens cannot be fetched',
};
