import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { NestedBudgets } from '../budgets/nested-budgets.js';
import { RequestError } from '../errors.js';
import { watchMethods } from './allowed-methods.js';
import { compressAnswers } from './compression.js';
import type { Door } from '../graph/ask-graphql.js';
import type { ServerContext } from '../graph/server-context.js';
import { explainError, sendHttpError } from './errors.js';
import { installGraphiQL } from './graphql/graphiql.js';
import { type GraphQLOptions, installGraphQL } from './graphql/graphql.js';
import { installHealth, type Readiness } from './health.js';
import { installTechPacks, type TechPackOptions } from './tech-packs.js';
import { type ImageOptions, installImages } from './images.js';
import { boundJsonNames } from './json-bodies.js';
import { boundConnections } from './connections.js';
import { boundLargeBodies } from './large-bodies.js';
import {
  CLOSE_GRACE_MS,
  CLOSE_SWEEP_MS,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  MAX_PATH_PARAMETER_CHARS,
  REQUEST_TIMEOUT_MS,
  SILENT_CONNECTION_MS,
} from './limits.js';
import type { Metrics } from './metrics.js';
import { payForBodies } from './paid-bodies.js';
import { installPage } from './page.js';
import { sendersWith } from './sender.js';
import { payForRefusals } from './refused-credentials.js';
import { Request } from './request.js';
import { isHost, seenFrom, trustIn } from './seen-from.js';
import { boundUnsent, createUnsent } from './unsent.js';
import { traceRequests, traceRootFields } from './tracing.js';

export interface HttpOptions<Context extends ServerContext>
  extends GraphQLOptions<Context>, ImageOptions, TechPackOptions {
  ready(): Promise<Readiness>;
  /** Whether this Authorization header had a valid key a moment ago; by default, no key is known. */
  readonly knowsKey?: (authorization: string) => boolean;
  /**
   * Aborts some time before the server closes: load balancers are told to send no more requests, which are answered
   * all the same.
   */
  readonly leaving?: AbortSignal;
  readonly log: Logger;
  /** Where this server counts. They are served elsewhere: see metrics-server.ts. */
  readonly metrics: Metrics;
  /** Adds the routes of another protocol, which are answered through GraphQL. */
  readonly openDoor?: (app: FastifyInstance, door: Door) => void;
  /** Folder of the documents that GraphiQL opens with; the project's own by default. */
  readonly operations?: URL;
}

/**
 * The gateway's HTTP server, not yet listening: GraphQL, the page, GraphiQL, images, and health. `close()` lets
 * requests in flight finish, and cuts them off after CLOSE_GRACE_MS.
 */
export async function createServer<Context extends ServerContext>(
  given: HttpOptions<Context>,
): Promise<FastifyInstance> {
  const budgets = new NestedBudgets(given.budgets);
  const options = {
    ...given,
    budgets,
    createContext: payForRefusals(given.createContext, budgets, given.knowsKey ?? (() => false)),
  };
  const { log, metrics, leaving = new AbortController().signal } = options;
  const answerError = (
    error: FastifyError | RequestError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void => sendHttpError(error, request, reply, log, metrics.countHttpError);
  // The caller logs that it listens, with its own message.
  const logger: FastifyBaseLogger = log.child({}, { level: log.level === 'info' ? 'warn' : log.level });
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENT_CONNECTION_MS,
    // A URL that is not one.
    frameworkErrors: answerError,
    // A request that arrives while the server closes is answered like any other.
    return503OnClosing: false,
    // A missing Host is answered in connections.ts, because Node answers as many such requests as a client sends.
    http: { IncomingMessage: Request, maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false },
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER_CHARS },
  });
  const methodsAt = watchMethods(app);
  // Before other hooks, so that what they log belongs to the trace.
  traceRequests(app);
  traceRootFields(options.schema);
  // Bodies are JSON or images.
  app.removeContentTypeParser('text/plain');

  app.setErrorHandler(answerError);
  // It becomes part of image URLs.
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    const isUsable = !headers.host || isHost(headers.host);
    done(
      isUsable ? undefined : new RequestError('BAD_USER_INPUT', 'The Host header is not a host and a port.'),
    );
  });
  // Browsers must not guess another file type than the declared one: images are untrusted bytes.
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('x-content-type-options', 'nosniff');
    done();
  });
  const nothingAt = (request: FastifyRequest, reply: FastifyReply): RequestError => {
    const allowed = methodsAt(request.url.replace(/\?.*$/s, ''));
    if (allowed.length > 0) {
      void reply.header('allow', allowed.join(', '));
      return new RequestError(
        'METHOD_NOT_ALLOWED',
        `${request.method} is not supported here; use ${allowed.join(' or ')}.`,
      );
    }
    return new RequestError(
      'NOT_FOUND',
      `There is nothing at ${request.method} ${request.url}: GraphQL is at POST /graphql, GraphiQL at /graphiql.`,
    );
  };
  // Before its body is read and parsed, which nobody would pay for.
  app.addHook('onRequest', (request, reply, done) => {
    done(request.is404 ? nothingAt(request, reply) : undefined);
  });
  if (log.isLevelEnabled('debug')) {
    app.addHook('onResponse', (request, reply, done) => {
      const { id: requestId, method, url } = request;
      log.debug({ requestId, method, url, status: reply.statusCode, ms: reply.elapsedTime }, 'Answered');
      done();
    });
  }
  let isClosing = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // A client that keeps its connection would send its next request just when the connection is closed.
    if (isClosing || leaving.aborted) void reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', (done) => {
    isClosing = true;
    if (!app.server.listening) {
      done();
      return;
    }
    // A connection with a response in flight becomes idle only afterward, and a client may keep it open for a minute.
    const sweep = setInterval(() => app.server.closeIdleConnections(), CLOSE_SWEEP_MS);
    const cutOff = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
    app.server.once('close', () => {
      clearInterval(sweep);
      clearTimeout(cutOff);
    });
    done();
  });

  // A public API without cookies, so any page may call it.
  await app.register(cors, { origin: '*', maxAge: 86_400 });
  const trusts = trustIn(options.trustedProxies ?? []);
  const unsent = createUnsent();
  // Before compression, which takes time and memory in proportion.
  boundUnsent(app, trusts, unsent);
  compressAnswers(app);
  // Node ignores further headers, which would leave the last of a request's many unread: those are refused.
  app.server.maxHeadersCount = MAX_HEADERS + 1;
  boundConnections(app.server, trusts);
  boundLargeBodies(app, trusts);
  const senderOf = sendersWith(options, trusts, metrics);
  const bodies = payForBodies(app, senderOf);
  boundJsonNames(app, bodies);
  metrics.install(app);
  installHealth(app, () => options.ready(), leaving, log);
  installPage(app, senderOf);
  installGraphiQL(app, senderOf, options.operations);
  await installImages(app, options, senderOf, metrics);
  installTechPacks(app, options, senderOf);
  const ask = await installGraphQL(app, options, { unsent, bodies, metrics });
  options.openDoor?.(app, {
    ask,
    publicUrlOf: ({ raw }) => seenFrom(raw, trusts).publicUrl,
    callerOf: senderOf,
    explain: (error, request, reply) => explainError(error, request, reply, log),
  });
  await app.ready();
  return app;
}
