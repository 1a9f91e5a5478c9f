import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Executes a document for whoever sent this HTTP request, as `POST /graphql` would: the same caller, scopes, limits,
 * cost, budget, and metrics. Answers `{ data, errors }` as JSON. Retry-After is set on the reply.
 */
export type AskGraphQL = (
  request: FastifyRequest,
  reply: FastifyReply,
  document: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<string>;

/** Whoever sent a request that came through another door. */
export interface DoorCaller {
  /** What may all belong to one customer, and has one share of what all share: a key, or an address or IPv6 site. */
  readonly name: string;
  /** Takes points from its budget. @throws ThrottledError */
  pay(points: number): Promise<unknown>;
}

/** What a caller is told of an error. */
export interface Failure {
  /** Of HTTP. */
  readonly status: number;
  /** An `ErrorCode`, or INTERNAL_SERVER_ERROR when the fault is ours. */
  readonly code: string;
  readonly message: string;
}

/** What another door of the gateway, with a protocol of its own, gets from the server. */
export interface Door {
  readonly ask: AskGraphQL;
  /** Scheme and authority by which the client reached the gateway, without a slash at the end. */
  readonly publicUrlOf: (request: FastifyRequest) => string;
  /** @throws RequestError UNAUTHENTICATED, FORBIDDEN */
  readonly callerOf: (request: FastifyRequest) => Promise<DoorCaller>;
  /** What to answer for an error, as on all routes: logged and masked when the fault is ours. Retry-After is set on the reply. */
  readonly explain: (error: unknown, request: FastifyRequest, reply: FastifyReply) => Failure;
}
