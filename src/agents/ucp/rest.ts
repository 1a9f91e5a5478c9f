import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { profileIn } from './agent-header.js';
import type { UcpOperation } from './operation.js';
import {
  CANCEL_CART,
  CREATE_CART,
  GET_CART,
  GET_PRODUCT,
  LOOK_UP_CATALOG,
  SEARCH_CATALOG,
  UPDATE_CART,
} from './operations.js';
import { UCP_VERSION } from './protocol.js';
import type { TransportRefusal } from './refusals.js';
import { type AgentServices, asRefusal, serve } from './serve.js';

/** Where UCP is served over REST. */
export const REST_PATH = '/ucp/v1';

/** A picture of 10 MB in base64, and the rest of the request. */
export const MAX_BODY_BYTES = 15 * 1024 * 1024;

/** A request id that is sent back: what a header can hold, and longer than those of any client. */
const REQUEST_ID = /^[\x21-\x7e]{1,200}$/;

/** Adds the REST endpoints of UCP. */
export function installRest(app: FastifyInstance, services: AgentServices): void {
  const route = (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    operation: UcpOperation,
    status = 200,
  ): void => {
    app.route<{ Params: { id?: string } }>({
      method,
      url: `${REST_PATH}${path}`,
      bodyLimit: MAX_BODY_BYTES,
      onRequest(request, reply, done) {
        const { headers } = request;
        const named = headerOf(request, 'request-id');
        // An agent finds its own request by it. One that names none, or what is no id, gets the id in the gateway's log.
        void reply.header('request-id', named !== null && REQUEST_ID.test(named) ? named : request.id);
        const isEmpty =
          Number(headers['content-length'] ?? 0) === 0 && headers['transfer-encoding'] === undefined;
        // Clients say that they send JSON where there is nothing to send.
        if (operation.argument === null && isEmpty) delete headers['content-type'];
        done();
      },
      async handler(request, reply) {
        // Stock and prices are of now, and may be the caller's own.
        void reply.header('cache-control', 'no-store');
        const answer = await serve(services, request, reply, operation, {
          profile: profileIn(headerOf(request, 'ucp-agent')),
          idempotencyKey: headerOf(request, 'idempotency-key'),
          body: request.body,
          id: request.params.id ?? '',
        });
        // An outcome that is an error created nothing.
        void reply.code(answer.ucp.status === 'error' ? 200 : status);
        return answer;
      },
      errorHandler(error, request, reply) {
        const refusal = asRefusal(services, error, request, reply);
        void reply
          .header('cache-control', 'no-store')
          .send(refuse(refusal, reply, services.publicUrlOf(request)));
      },
    });
  };
  route('POST', '/catalog/search', SEARCH_CATALOG);
  route('POST', '/catalog/lookup', LOOK_UP_CATALOG);
  route('POST', '/catalog/product', GET_PRODUCT);
  route('POST', '/carts', CREATE_CART, 201);
  route('GET', '/carts/:id', GET_CART);
  route('PUT', '/carts/:id', UPDATE_CART);
  route('POST', '/carts/:id/cancel', CANCEL_CART);
}

/** A header that is given twice is none: a proxy may have read the other one. */
export function headerOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** Negotiations that fail have a form of their own; all other errors have that of an answer. */
function refuse(
  { status, messages, negotiation }: TransportRefusal,
  reply: FastifyReply,
  publicUrl: string,
): object {
  const [{ code, content }] = messages;
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="ucp"');
  void reply.code(status);
  return negotiation
    ? { code, content, continue_url: publicUrl }
    : { ucp: { version: UCP_VERSION, status: 'error' }, messages };
}
