import { Kind, type ConstValueNode, type ValueNode } from 'graphql';
import { RequestError } from '../../errors.js';
import type { Operation } from './operation.js';
import { parseLanguage } from '../../platform/language-tag.js';
import type { ServerContext } from '../../graph/server-context.js';

/**
 * Reads `@inContext(channel:, language:)` of the operation and sets the channel and the language of the context, before
 * any field is resolved. @throws RequestError UNKNOWN_CHANNEL, BAD_USER_INPUT
 */
export async function enterContext(operation: Operation, context: ServerContext): Promise<void> {
  const channel = argumentOf(operation, 'channel');
  if (channel === null) {
    // To answer with the prices of another market is worse than an error.
    throw new RequestError(
      'BAD_USER_INPUT',
      '@inContext needs the handle of a channel: give one, or omit the argument.',
    );
  }
  const language = argumentOf(operation, 'language') ?? null;
  const tag = language === null ? null : parseLanguage(language);
  if (channel !== undefined || tag !== null) await context.enter({ channel: channel ?? null, language: tag });
}

/**
 * Undefined when it is not given, or its variable is not a string: that is reported like any other bad variable.
 */
function argumentOf({ operation, variables }: Operation, argument: string): string | null | undefined {
  const value: ValueNode | undefined = operation.directives
    ?.find(({ name }) => name.value === 'inContext')
    ?.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value === undefined) return undefined;
  if (value.kind !== Kind.VARIABLE) return literal(value);
  const name = value.name.value;
  const given = variables[name];
  if (typeof given === 'string' || given === null) return given;
  if (given !== undefined) return undefined;
  const fallback = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return fallback?.defaultValue && literal(fallback.defaultValue);
}

function literal(
  node: ConstValueNode | Exclude<ValueNode, { kind: Kind.VARIABLE }>,
): string | null | undefined {
  if (node.kind === Kind.STRING || node.kind === Kind.ENUM) return node.value;
  return node.kind === Kind.NULL ? null : undefined;
}
