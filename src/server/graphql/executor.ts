import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  getNamedType,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isIntrospectionType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { MAX_VARIABLE_ERRORS } from '../limits.js';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/**
 * Executes operations that graphql-jit compiled to functions, which doubles the throughput of a page of products.
 * Apollo Server takes an executor only from a gateway, so this has a gateway's shape.
 */
export function createJitGateway(schema: GraphQLSchema): Gateway {
  refuseAsyncTypeResolvers(schema);
  refuseTranslatedEnums(schema);
  const compiledOf = createCompiler(schema);
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      return {
        async executor({ document, request, context }) {
          const { operationName, variables } = request;
          const compiled = compiledOf(document, operationName);
          const result = compiled
            ? await compiled.query(undefined, context, { ...compiled.defaults, ...variables })
            : await execute({
                schema,
                document,
                contextValue: context,
                variableValues: variables,
                operationName,
              });
          if (!result.errors) return result;
          // An answer without data failed before execution: over its variables.
          const errors = result.data === undefined ? variableErrors(schema, document, request) : [];
          return withFullErrors(result, errors.length > 0 ? errors : result.errors);
        },
      };
    },
    async stop() {},
  };
}

/** graphql-jit takes the promise of such a resolver for the name of the type, and every answer would be an error. */
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

/** Built-in scalars and enums are answered as resolvers give them: checking each costs a seventh of the time of a page. */
const OPTIONS = { disableLeafSerialization: true };

/** Such an enum would be answered by its values, where clients expect its names. */
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

/** An operation as a function, and the values of the variables that a request leaves out. */
interface Compiled {
  readonly query: CompiledQuery['query'];
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Compiles each operation once. A compiled operation lives as long as its document is kept. */
function createCompiler(
  schema: GraphQLSchema,
): (document: DocumentNode, operationName: string | undefined) => Compiled | null {
  const byDocument = new WeakMap<DocumentNode, Map<string | undefined, Compiled>>();
  return (document, operationName) => {
    let byName = byDocument.get(document);
    if (!byName) {
      byName = new Map<string | undefined, Compiled>();
      byDocument.set(document, byName);
    }
    const known = byName.get(operationName);
    if (known) return known;
    const result = compileQuery(schema, document, operationName, OPTIONS);
    // Not kept: there is no end of names that a document does not have.
    if (!isCompiledQuery(result)) return null;
    const compiled = { query: result.query, defaults: defaultsOf(document, operationName) };
    byName.set(operationName, compiled);
    return compiled;
  };
}

/** graphql-jit calls a variable missing that is not nullable and has a default. */
function defaultsOf(document: DocumentNode, operationName: string | undefined): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of getOperationAST(document, operationName)?.variableDefinitions ??
    []) {
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  return defaults;
}

/** What is wrong with the variables, in graphql's words: graphql-jit does not say where in an input it stands. */
function variableErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operationName, variables }: { operationName?: string; variables?: Record<string, unknown> },
): readonly GraphQLError[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  return (
    getVariableValues(schema, definitions, variables ?? {}, { maxErrors: MAX_VARIABLE_ERRORS }).errors ?? []
  );
}

/**
 * graphql-jit leaves `extensions` of an error undefined, where graphql promises an object. An answer without data
 * failed before execution: over its variables.
 */
function withFullErrors<Result extends ExecutionResult>(
  result: Result,
  errors: readonly GraphQLError[],
): Result {
  const beforeExecution = result.data === undefined;
  return {
    ...result,
    errors: errors.map((error) => {
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
