import { isDeepStrictEqual } from 'node:util';
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import {
  type ExecutionResult,
  execute,
  getNamedType,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { forClient } from '../../platform/clients.js';
import { isTracing, SpanKind, traced } from '../../platform/tracing.js';
import type { Operation } from './operation.js';
import type { AnswerBounds } from './answer-bounds.js';
import type { CheckedOperation, Checks } from './checks.js';
import type { Compiled, Compiler } from './compiler.js';
import { within } from '../../platform/within.js';
import { paidBy } from '../../platform/request-payer.js';
import { toGraphQLError } from '../errors.js';
import { MAX_VARIABLE_ERRORS } from '../limits.js';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** Executes the operation that passed the checks in this context. It reads nothing else of a request. */
export type Executor = (context: object) => Promise<ExecutionResult>;

/** Apollo Server accepts an executor only from a gateway, so this has the interface of one. */
export function gatewayOf(schema: GraphQLSchema, execute: Executor): Gateway {
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      return { executor: ({ context }) => execute(context) };
    },
    async stop() {},
  };
}

/**
 * Executes operations that passed the checks. Functions that graphql-jit compiled answer some of them, which doubles
 * the throughput of a page of products; graphql-js answers the others. Both give the same responses.
 */
export function createExecutor(
  schema: GraphQLSchema,
  checks: Pick<Checks, 'passed'>,
  compiler: Compiler,
  { bound }: Pick<AnswerBounds, 'bound'>,
): Executor {
  refuseAsyncTypeResolvers(schema);
  refuseTranslatedEnums(schema);
  refuseUnwritableDefaults(schema);
  const run = async (checked: CheckedOperation, context: object): Promise<ExecutionResult> => {
    const work = async (): Promise<ExecutionResult> => {
      const compiled = compiler(checked);
      return (
        (compiled && (await executeCompiled(compiled, schema, checked, context))) ??
        (await executeInterpreted(schema, checked, context))
      );
    };
    const { requestPayer, signal } = checked;
    const result = forClient(requestPayer.name, () => paidBy({ ...requestPayer, signal }, work));
    return withFullErrors(bound(context, await untilAborted(result, signal)));
  };
  return async (context) => {
    const checked = checks.passed(context);
    return isTracing() ? tracedOperation(checked, () => run(checked, context)) : run(checked, context);
  };
}

/** Clients choose the name, so it may be of any length. */
const MAX_TRACED_NAME = 100;

function tracedOperation<T>({ operation }: Operation, run: () => Promise<T>): Promise<T> {
  return traced(`execute ${operation.operation}`, run, SpanKind.INTERNAL, {
    'graphql.operation.type': operation.operation,
    'graphql.operation.name': operation.name?.value.slice(0, MAX_TRACED_NAME) ?? 'anonymous',
  });
}

/** The result of the work or, when the signal aborts first, its reason as the only error. The work itself goes on. */
export function untilAborted(work: Promise<ExecutionResult>, signal: AbortSignal): Promise<ExecutionResult> {
  return within(work, Infinity, signal).catch((reason: unknown) => {
    if (!signal.aborted) throw reason;
    return { data: null, errors: [toGraphQLError(reason)] };
  });
}

/** Null when graphql-js should execute. */
async function executeCompiled(
  { query, needed }: Compiled,
  schema: GraphQLSchema,
  { operation, variables }: Operation,
  context: object,
): Promise<ExecutionResult | null> {
  const { errors, coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: MAX_VARIABLE_ERRORS,
  });
  if (errors) return { errors };
  for (const name of needed) if (coerced[name] == null) return null;
  const result = await query(undefined, context, coerced);
  return result.errors?.some(isOfListEntry) ? null : result;
}

/**
 * When a promise in a list is rejected, graphql-jit appends a null at the list's current end instead of its index.
 */
function isOfListEntry({ path }: Pick<GraphQLError, 'path'>): boolean {
  return typeof path?.at(-1) === 'number';
}

async function executeInterpreted(
  schema: GraphQLSchema,
  { document, operation, variables }: Operation,
  contextValue: object,
): Promise<ExecutionResult> {
  return execute({
    schema,
    document,
    contextValue,
    variableValues: variables,
    operationName: operation.name?.value ?? null,
    options: { maxCoercionErrors: MAX_VARIABLE_ERRORS },
  });
}

/** graphql-jit takes the promise of such a resolver for the name of the type, so every response would be an error. */
function refuseAsyncTypeResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type) && type.resolveType?.constructor.name === 'AsyncFunction') {
      throw new Error(
        `${type.name} resolves its type asynchronously, which graphql-jit does not support: ` +
          'leave out the option resolveType and answer instances of the object types',
      );
    }
  }
}

/** Responses would contain the values of such an enum, but clients expect its names. */
function refuseTranslatedEnums(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const answered = getNamedType(field.type);
      if (isEnumType(answered) && answered.getValues().some(({ name, value }) => name !== value)) {
        throw new Error(
          `${type.name}.${field.name} answers the enum ${answered.name}, whose values are not its names: make them the same`,
        );
      }
    }
  }
}

/** graphql-jit writes default values into code as JSON. */
function refuseUnwritableDefaults(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    const inputs = isObjectType(type)
      ? Object.values(type.getFields()).flatMap(({ args }) => args)
      : isInputObjectType(type)
        ? Object.values(type.getFields())
        : [];
    for (const { name, defaultValue } of inputs) {
      if (defaultValue === undefined) continue;
      const written: unknown = JSON.parse(JSON.stringify(defaultValue));
      if (!isDeepStrictEqual(written, defaultValue))
        throw new Error(
          `${type.name} has a default value for ${name} that is not the same as JSON: leave it out`,
        );
    }
  }
}

/**
 * graphql-jit leaves `extensions` of an error undefined, but graphql guarantees an object. A response without data
 * failed before execution, because of its variables.
 */
function withFullErrors<Result extends ExecutionResult>(result: Result): Result {
  if (!result.errors) return result;
  const beforeExecution = result.data === undefined;
  return {
    ...result,
    errors: result.errors.map((error) => {
      const full = new GraphQLError(error.message, {
        nodes: error.nodes ?? null,
        path: error.path ?? null,
        originalError: error.originalError ?? null,
        extensions: beforeExecution ? { code: 'BAD_USER_INPUT' } : error.extensions,
      });
      return error.nodes ? full : Object.defineProperty(full, 'locations', { value: error.locations });
    }),
  };
}
