import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type OperationDefinitionNode } from 'graphql';
import { UserError } from '../errors.js';
import type { ServerContext } from './context.js';
import { toGraphQLError } from './errors.js';

/** Reads `@inContext(channel:)` of the operation and tells the context, before anything is resolved. */
export const inContextPlugin: ApolloServerPlugin<ServerContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request, contextValue }) {
        const channel = operation ? channelOf(operation, request.variables) : null;
        if (channel === null) return;
        try {
          await contextValue.useChannel(channel);
        } catch (error) {
          throw error instanceof UserError ? toGraphQLError(error) : error;
        }
      },
    };
  },
};

/** Null when there is no directive, or no string in its variable: that one is reported as any bad variable is. */
function channelOf(
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): string | null {
  const argument = operation.directives
    ?.find(({ name }) => name.value === 'inContext')
    ?.arguments?.find(({ name }) => name.value === 'channel')?.value;
  if (argument?.kind === Kind.STRING) return argument.value;
  if (argument?.kind !== Kind.VARIABLE) return null;
  const given = variables[argument.name.value];
  if (typeof given === 'string') return given;
  if (given !== undefined) return null;
  const fallback = operation.variableDefinitions?.find(
    ({ variable }) => variable.name.value === argument.name.value,
  )?.defaultValue;
  return fallback?.kind === Kind.STRING ? fallback.value : null;
}
