import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { RequestError } from '../../errors.js';
import { forClient } from '../../platform/clients.js';
import { reasonOf } from '../../platform/within.js';
import { paidBy } from '../../platform/request-payer.js';
import { limiter } from '../../vision/limiter.js';
import { withParams } from '../authorization.js';
import { type Checks, givenName } from './checks.js';
import type { Charges, Paying } from '../cost/charges.js';
import { createDocumentCache } from './document-cache.js';
import type { AnswerBounds } from './answer-bounds.js';
import type { DocumentTexts } from './document-text.js';
import { sha256 } from './trusted-documents.js';
import { payerName, type RequestFacts, type ServerContext } from '../../graph/server-context.js';
import { type ErrorRenderer, toGraphQLError, withRequestCode } from '../errors.js';
import {
  CONNECTION_INIT_TIMEOUT_MS,
  MAX_DOCUMENT_TOKENS,
  MAX_EVENTS_AT_ONCE,
  MAX_EVENTS_AT_ONCE_A_CLIENT,
  MAX_SUBSCRIPTIONS,
  MAX_VALIDATION_ERRORS,
  MAX_VARIABLE_ERRORS,
  OPERATION_DEADLINE_MS,
} from '../limits.js';
import type { Metrics } from '../metrics.js';
import { withEventSignal } from '../request-signal.js';
import { untilAborted } from './executor.js';
import { createTurns } from './turns.js';

/** One WebSocket. */
export interface Connection {
  /** The facts for each of its subscriptions; `connectionParams` may override the credentials. */
  facts: RequestFacts;
  /** Set by each subscription, so that whoever carries the messages can see whether it is in use. */
  used: boolean;
}

/**
 * Subscriptions in the protocol of graphql-ws, over any transport for its messages. Documents and operations pass the
 * same checks as over HTTP, and errors have the same format. Each event is resolved in its own context.
 */
export function createSubscriptions(options: {
  schema: GraphQLSchema;
  createContext: (request: RequestFacts) => ServerContext | Promise<ServerContext>;
  checks: Checks;
  charges: Charges;
  answers: AnswerBounds;
  textOf: DocumentTexts;
  renderer: ErrorRenderer;
  metrics: Metrics;
}): Server<Connection> {
  const { schema, createContext, checks, charges, answers, textOf, renderer, metrics } = options;
  const valid = createDocumentCache<DocumentNode>();

  const turn = createTurns();
  const inTurn = limiter(MAX_EVENTS_AT_ONCE, {
    maxWaitMs: OPERATION_DEADLINE_MS,
    perClient: MAX_EVENTS_AT_ONCE_A_CLIENT,
  });

  const read = (text: string, sender: string): DocumentNode | readonly GraphQLError[] => {
    const known = valid.get(text);
    if (known) return known;
    let document;
    try {
      document = parse(text, { maxLexicalTokens: MAX_DOCUMENT_TOKENS });
    } catch (error) {
      throw error instanceof GraphQLError ? withRequestCode(error, 'GRAPHQL_PARSE_FAILED') : error;
    }
    const mistakes = validate(schema, document, undefined, { maxErrors: MAX_VALIDATION_ERRORS });
    if (mistakes.length > 0)
      return mistakes.map((error) => withRequestCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    valid.set(text, document, text, sender);
    return document;
  };

  const prepare = async (
    payload: SubscribePayload,
    facts: RequestFacts,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { operationName, variables } = payload;
    const contextValue = await createContext(facts);
    const sender = payerName(contextValue.payer);
    const text = await textOf(
      {
        query: payload.query,
        documentId: 'documentId' in payload ? payload.documentId : null,
        extensions: payload.extensions,
      },
      { name: sender, pay: (newChars) => charges.arrive(contextValue, { body: 0, taken: 0, newChars }) },
    );
    if (text === null) throw noDocument();
    const document = read(text, sender);
    if (!('kind' in document)) {
      checks.forget(text);
      return document;
    }
    const operation = getOperationAST(document, givenName(operationName));
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
      throw new RequestError(
        'BAD_USER_INPUT',
        operation
          ? `A ${operation.operation} is not served over a WebSocket: send it to POST /graphql.`
          : 'The document does not say which subscription to run: set operationName.',
      );
    }
    const documentHash = sha256(text);
    await checks.checkOperation(
      { document, documentHash, operation, variables: variables ?? {} },
      contextValue,
    );
    return argsFor(contextValue);
  };

  /** What may be executed in this context: the operation that passed the checks, whatever the client requests. */
  const argsFor = (contextValue: ServerContext): ExecutionArgs => {
    const { document, operation, variables } = checks.passed(contextValue);
    return {
      schema,
      document,
      operationName: operation.name?.value ?? null,
      variableValues: variables,
      contextValue,
      options: { maxCoercionErrors: MAX_VARIABLE_ERRORS },
    };
  };

  const subscribe = async ({
    contextValue,
  }: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> => {
    const context = contextValue as ServerContext;
    const args = argsFor(context);
    const operation = checks.passed(context);
    const events = await forClient(operation.requestPayer.name, () => createSourceEventStream(args));
    if (!(Symbol.asyncIterator in events)) return refused(events);

    let { payer } = context;
    const answer = async (rootValue: unknown, ended: AbortSignal): Promise<ExecutionResult> => {
      const paid: Paying = { payer: { ...payer } };
      await charges.chargeEvent(paid, operation, operation.variablePoints, ended);
      await turn();
      if (ended.aborted) {
        charges.settle(paid, NOT_EXECUTED);
        throw reasonOf(ended);
      }
      const requestPayer = charges.requestPayer(paid);
      return withEventSignal(ended, async (signal) => {
        let morePoints = 0;
        const work = async (): Promise<ExecutionResult> => {
          const contextValue = await context.forNextEvent(signal);
          ({ payer } = contextValue);
          const bounded = answers.bound(contextValue, await execute({ ...args, rootValue, contextValue }));
          morePoints = answers.morePoints(contextValue);
          return bounded;
        };
        const result = await untilAborted(
          forClient(requestPayer.name, () =>
            inTurn(() => untilAborted(paidBy({ ...requestPayer, signal }, work), signal), signal),
          ),
          signal,
        );
        const { data, errors = [] } = result;
        const hasErrors = errors.length > 0;
        const cost = charges.settle(paid, { data, hasErrors, morePoints, wasCutOff: signal.aborted });
        return { ...result, extensions: { cost } };
      });
    };
    return counted(events, answer, metrics);
  };

  return makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
    async onConnect({ extra, connectionParams }) {
      extra.facts = { ...extra.facts, ...withParams(extra.facts, connectionParams) };
      // Reports an unknown key now, instead of once per subscription.
      await charges.arrive(await createContext(extra.facts), { body: 0, taken: 0, newChars: 0 });
    },
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      extra.used = true;
      try {
        // The count includes this one.
        if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) throw tooMany();
        return await prepare(payload, extra.facts);
      } catch (error) {
        return [toGraphQLError(error)];
      }
    },
    subscribe,
    onNext: ({ extra }, _id, _payload, _args, { data, errors, extensions }) =>
      errors && {
        ...(data === undefined ? {} : { data }),
        errors: errors.map((error) => renderer.render(error, extra.facts.requestId)),
        ...(extensions === undefined ? {} : { extensions }),
      },
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => renderer.render(error, extra.facts.requestId)),
  });
}

function noDocument(): RequestError {
  return new RequestError(
    'BAD_USER_INPUT',
    'There is no document: send its text in `query`, or an empty `query` and a `documentId`.',
  );
}

function tooMany(): RequestError {
  return new RequestError(
    'COST_EXCEEDED',
    `This connection already has ${MAX_SUBSCRIPTIONS} subscriptions: end one, or watch more SKUs in one subscription.`,
  );
}

/** Of an event whose subscription ended while it waited. */
const NOT_EXECUTED = { data: undefined, hasErrors: false, morePoints: 0, wasCutOff: false };

/** Errors that graphql found in the variables have no code yet. */
function refused({ errors = [], ...result }: ExecutionResult): ExecutionResult {
  const ours = ({ originalError }: GraphQLError): boolean =>
    originalError !== undefined && !(originalError instanceof GraphQLError);
  return {
    ...result,
    errors: errors.map((error) => (ours(error) ? error : withRequestCode(error, 'BAD_USER_INPUT'))),
  };
}

/**
 * The events' responses, requested one at a time. Ending this ends the events, even while the next one is awaited, and
 * aborts the work for the one that is answered.
 */
function counted(
  source: AsyncIterable<unknown>,
  answer: (event: unknown, signal: AbortSignal) => Promise<ExecutionResult>,
  { subscriptions }: Metrics,
): AsyncIterableIterator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]();
  const ended = new AbortController();
  const end = async (): Promise<IteratorResult<ExecutionResult>> => {
    if (!ended.signal.aborted) {
      ended.abort();
      subscriptions.dec();
      await events.return?.();
    }
    return { done: true, value: undefined };
  };
  subscriptions.inc();
  return {
    async next() {
      try {
        const event = await events.next();
        if (event.done) return await end();
        const answered = await answer(event.value, ended.signal);
        return ended.signal.aborted ? await end() : { value: answered };
      } catch (error) {
        if (ended.signal.aborted) return { done: true, value: undefined };
        await end();
        throw error;
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
