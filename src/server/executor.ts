import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { type DocumentNode, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/**
 * Executes operations that graphql-jit compiled to functions, which doubles the throughput of a page of products.
 * Apollo Server takes an executor only from a gateway, so this has a gateway's shape.
 */
export function createJitGateway(schema: GraphQLSchema): Gateway {
  const compiledQueryOf = createCompiler(schema);
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      return {
        async executor({ document, request, context }) {
          const { operationName, variables } = request;
          const compiled = compiledQueryOf(document, operationName);
          const result = compiled
            ? await compiled.query(undefined, context, variables)
            : await execute({
                schema,
                document,
                contextValue: context,
                variableValues: variables,
                operationName,
              });
          return result.errors ? withFullErrors(result, result.errors) : result;
        },
      };
    },
    async stop() {},
  };
}

/** Compiles each operation once. A compiled operation lives as long as its document is kept. */
function createCompiler(
  schema: GraphQLSchema,
): (document: DocumentNode, operationName: string | undefined) => CompiledQuery | null {
  const byDocument = new WeakMap<DocumentNode, Map<string | undefined, CompiledQuery | null>>();
  return (document, operationName) => {
    let byName = byDocument.get(document);
    if (!byName) byDocument.set(document, (byName = new Map()));
    let compiled = byName.get(operationName);
    if (compiled === undefined) {
      const result = compileQuery(schema, document, operationName);
      compiled = isCompiledQuery(result) ? result : null;
      // Names that the document does not have would be kept without bound.
      if (compiled) byName.set(operationName, compiled);
    }
    return compiled;
  };
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
