import { Kind } from 'graphql';
import { RequestError } from '../../errors.js';
import type { Operation } from './operation.js';
import type { ServerContext } from '../../graph/server-context.js';

/**
 * Reads `@inContext(channel:)` of the operation and sets the channel of the context, before any field is resolved.
 * @throws RequestError UNKNOWN_CHANNEL, BAD_USER_INPUT
 */
export async function enterChannel(operation: Operation, context: ServerContext): Promise<void> {
  const channel = channelOf(operation);
  if (channel !== null) await context.useChannel(channel);
}

/** Null when there is no directive, or its variable is not a string: that is reported like any other bad variable. */
function channelOf({ operation, variables }: Operation): string | null {
  const argument = operation.directives
    ?.find(({ name }) => name.value === 'inContext')
    ?.arguments?.find(({ name }) => name.value === 'channel')?.value;
  if (argument?.kind === Kind.STRING) return argument.value;
  if (argument?.kind !== Kind.VARIABLE) return null;
  const given = variables[argument.name.value];
  if (typeof given === 'string') return given;
  if (given === null) {
    // The variable may be nullable because it has a default, and then no other check refuses null.
    throw new RequestError(
      'BAD_USER_INPUT',
      '@inContext needs the handle of a channel: give one, or omit the directive.',
    );
  }
  if (given !== undefined) return null;
  const fallback = operation.variableDefinitions?.find(
    ({ variable }) => variable.name.value === argument.name.value,
  )?.defaultValue;
  return fallback?.kind === Kind.STRING ? fallback.value : null;
}
