import { ApolloServer, type ApolloServerPlugin, type HTTPGraphQLRequest } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import type { AskGraphQL } from '../../graph/ask-graphql.js';
import { RequestError } from '../../errors.js';
import type { Budgets } from '../../budgets/budgets.js';
import { credentialsOf } from '../authorization.js';
import { type Charges, createCharges } from '../cost/charges.js';
import { type AnswerBounds, createAnswerBounds } from './answer-bounds.js';
import { askedWith, documentParametersOf, executeText, toApolloRequest } from './apollo-request.js';
import { type Checks, createChecks, givenName } from './checks.js';
import { createCompiler } from './compiler.js';
import { createDocumentCache } from './document-cache.js';
import { createDocumentTexts } from './document-text.js';
import { payerName, type RequestFacts, type ServerContext } from '../../graph/server-context.js';
import {
  createErrorRenderer,
  sendGraphQLHttpError,
  setRetryAfter,
  toGraphQLError,
  toRequestError,
} from '../errors.js';
import { createExecutor, gatewayOf } from './executor.js';
import { MAX_DOCUMENT_TOKENS, MAX_GRAPHQL_BODY_BYTES, MAX_VALIDATION_ERRORS } from '../limits.js';
import type { Metrics } from '../metrics.js';
import type { PaidBodies } from '../paid-bodies.js';
import { requestSignal } from '../request-signal.js';
import { seenFrom, trustIn } from '../seen-from.js';
import type { Unsent } from '../unsent.js';
import { installSockets } from './sockets.js';
import { createSubscriptions } from './subscriptions.js';
import { type TrustedDocuments, trustDocuments } from './trusted-documents.js';

export interface GraphQLOptions<Context extends ServerContext> {
  readonly schema: GraphQLSchema;
  /**
   * Called once per request; a request error that it throws fails the request. Apollo Server copies the object's own
   * properties, so it must not have `#private` ones.
   */
  readonly createContext: (request: RequestFacts) => Context | Promise<Context>;
  /** What callers may spend. */
  readonly budgets: Budgets;
  readonly log: Logger;
  /** Addresses and CIDR ranges whose X-Forwarded-* headers are trusted; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Clients can send the ids of these documents instead of their texts; none by default. */
  readonly documents?: TrustedDocuments;
}

/** The one header of an answer that is about the request, and not about its body. */
const RETRY_AFTER = 'retry-after';

/** No documents are trusted. */
const NO_DOCUMENTS = trustDocuments([]);

/** What GraphQL shares with the rest of the server. */
interface GraphQLServices {
  readonly unsent: Unsent;
  readonly bodies: Pick<PaidBodies, 'pointsOf'>;
  readonly metrics: Metrics;
}

/**
 * Serves `/graphql`: queries and mutations with Apollo Server, which stops with the fastify instance, and
 * subscriptions over WebSockets. What it returns executes a document for the sender of another request.
 */
export async function installGraphQL<Context extends ServerContext>(
  app: FastifyInstance,
  {
    schema,
    createContext,
    budgets,
    log,
    trustedProxies = [],
    documents = NO_DOCUMENTS,
  }: GraphQLOptions<Context>,
  { unsent, bodies, metrics }: GraphQLServices,
): Promise<AskGraphQL> {
  const trusts = trustIn(trustedProxies);
  const renderer = createErrorRenderer(log, metrics.countError);
  const charges = createCharges(schema, budgets, metrics);
  const checks = createChecks(charges, documents);
  const textOf = createDocumentTexts(documents, checks);
  const answers = createAnswerBounds(schema, (context, fields) => charges.payForLists(context, fields));
  const execute = createExecutor(schema, checks, createCompiler(schema, metrics, documents), answers);
  const apollo = new ApolloServer<Context>({
    gateway: gatewayOf(schema, execute),
    logger: log,
    nodeEnv: 'production',
    // The schema is the public contract, and GraphiQL reads it.
    introspection: true,
    // `textOf` finds persisted documents, so that their texts pass the same checks.
    persistedQueries: false,
    // It would refuse a GET request without a special header, as urql sends it. There is nothing to forge here: no
    // cookies, GET never runs a mutation, POST takes JSON only, and any page may send any header (docs/decisions/0019).
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: renderer.formatError,
    parseOptions: { maxLexicalTokens: MAX_DOCUMENT_TOKENS },
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
    documentStore: createDocumentStore(checks, metrics),
    plugins: [
      // It would instrument every field of every operation.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      metrics.plugin,
      renderer.plugin,
      createChecksPlugin(checks),
      createCostPlugin(charges, answers),
    ],
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  const contextOf = async (
    apolloRequest: HTTPGraphQLRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Context> => {
    try {
      const context = await createContext({
        requestId: request.id,
        ...seenFrom(request.raw, trusts),
        ...credentialsOf(request.raw),
        signal: requestSignal(reply.raw),
      });
      const text = await textOf(documentParametersOf(apolloRequest), {
        name: payerName(context.payer),
        pay(newChars) {
          const { points, taken } = bodies.pointsOf(request);
          return charges.arrive(context, { body: points, taken, newChars });
        },
      });
      if (text !== null) executeText(apolloRequest, text);
      return context;
    } catch (error) {
      // A 401 names the authentication scheme (RFC 9110).
      const known = toRequestError(error);
      if (known?.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
      setRetryAfter(error, reply);
      throw known === null ? error : toGraphQLError(error);
    }
  };
  const answer = async (
    apolloRequest: HTTPGraphQLRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ status: number; headers: Iterable<readonly [string, string]>; body: string }> => {
    // Apollo Server reads the request only after it has the context.
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: apolloRequest,
      context: () => contextOf(apolloRequest, request, reply),
    });
    if (body.kind === 'chunked') throw new Error('The schema has no @defer and no @stream');
    return { status: status ?? 200, headers, body: body.string };
  };
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    bodyLimit: MAX_GRAPHQL_BODY_BYTES,
    // Responses depend on the current stock and on the caller.
    onRequest: (_request, reply, done) => {
      void reply.header('cache-control', 'no-store');
      done();
    },
    async handler(request, reply) {
      const { status, headers, body } = await answer(toApolloRequest(request), request, reply);
      for (const [name, value] of headers) void reply.header(name, value);
      return reply.code(status).send(body);
    },
    errorHandler: (error, request, reply) => sendGraphQLHttpError(error, request, reply, log),
  });

  installSockets(
    app,
    createSubscriptions({ schema, createContext, checks, charges, answers, textOf, renderer, metrics }),
    trusts,
    unsent,
    metrics,
    log,
  );
  return async (request, reply, document, variables) => {
    const { headers, body } = await answer(askedWith(document, variables), request, reply);
    for (const [name, value] of headers) if (name === RETRY_AFTER) void reply.header(name, value);
    return body;
  };
}

/** Adds `extensions.cost` to every answer. */
function createCostPlugin(
  charges: Charges,
  answers: Pick<AnswerBounds, 'morePoints'>,
): ApolloServerPlugin<ServerContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, response: { body } }) {
          if (body.kind !== 'single') return;
          const { singleResult } = body;
          const { data, errors = [] } = singleResult;
          const cost = charges.settle(contextValue, {
            data,
            hasErrors: errors.length > 0,
            morePoints: answers.morePoints(contextValue),
            wasCutOff: contextValue.signal.aborted,
          });
          singleResult.extensions = { ...singleResult.extensions, cost };
        },
      };
    },
  };
}

function createChecksPlugin(checks: Checks): ApolloServerPlugin<ServerContext> {
  return {
    async requestDidStart({ request }) {
      const name = givenName(request.operationName);
      // Apollo Server would look for an operation with that name, find none, and still execute the only one.
      if (name === undefined) delete request.operationName;
      return {
        async validationDidStart({ source }) {
          return async (errors) => {
            if (errors && errors.length > 0) checks.forget(source);
          };
        },
        async didResolveOperation({ operation, document, queryHash, request, contextValue }) {
          if (!operation) throw noSuchOperation(document, request.operationName);
          if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
            throw toGraphQLError(
              new RequestError(
                'BAD_USER_INPUT',
                'Subscriptions are served over a WebSocket at this same path, with the protocol of graphql-ws.',
              ),
            );
          }
          await checks.checkOperation(
            { document, documentHash: queryHash, operation, variables: request.variables ?? {} },
            contextValue,
          );
        },
      };
    },
  };
}

/** Without a resolved operation nothing was checked, so nothing may be executed. */
function noSuchOperation(document: DocumentNode, name: string | undefined): GraphQLError {
  const known = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [`"${definition.name.value}"`] : [],
  );
  return new GraphQLError(
    name === undefined
      ? `The document has several operations: choose one of ${known.join(', ')} with operationName.`
      : `The document has no operation "${name}"; it has ${known.length > 0 ? known.join(', ') : 'one without a name'}.`,
    { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
  );
}

/** Parsed and validated documents. */
function createDocumentStore(
  { senderOf }: Pick<Checks, 'senderOf'>,
  { countLookup }: Pick<Metrics, 'countLookup'>,
) {
  const documents = createDocumentCache<DocumentNode>();
  return {
    async get(key: string) {
      const document = documents.get(key);
      countLookup('documents', document !== undefined);
      return document;
    },
    async set(key: string, document: DocumentNode) {
      const text = document.loc?.source.body ?? '';
      documents.set(key, document, text, senderOf(text) ?? '');
    },
    async delete(key: string) {
      documents.delete(key);
    },
  };
}
