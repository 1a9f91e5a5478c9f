import { Kind, valueFromASTUntyped } from 'graphql';
import { RequestError } from '../../errors.js';
import { defaultsOf, Variables } from '../cost/variables.js';
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
function argumentOf(asked: Operation, argument: string): string | null | undefined {
  const value = asked.operation.directives
    ?.find(({ name }) => name.value === 'inContext')
    ?.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value === undefined) return undefined;
  const given =
    value.kind === Kind.VARIABLE
      ? new Variables(asked.variables, defaultsOf(asked.operation)).get(value.name.value)
      : valueFromASTUntyped(value);
  return given === null || typeof given === 'string' ? given : undefined;
}
