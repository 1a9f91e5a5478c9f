import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import { MAX_VALUE_DEPTH } from '../limits.js';
import { withRequestCode } from '../errors.js';

const NESTING: ReadonlySet<unknown> = new Set([Kind.LIST, Kind.OBJECT, Kind.LIST_TYPE]);

/** Whether lists and objects, or types of lists, are nested more than MAX_VALUE_DEPTH times. */
export const hasDeepValues = (document: DocumentNode): boolean => isDeep(document, 0);

function isDeep(part: unknown, levels: number): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const inner = levels + Number('kind' in part && NESTING.has(part.kind));
  return inner > MAX_VALUE_DEPTH || Object.values(part).some((each) => isDeep(each, inner));
}

/**
 * Refuses variables with the same name. The error of graphql-js names the place of each of hundreds, and takes longer than
 * all else.
 *
 * @throws GraphQLError GRAPHQL_VALIDATION_FAILED
 */
export function checkVariableNames({ definitions }: DocumentNode): void {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const seen = new Set<string>();
    for (const { variable } of definition.variableDefinitions ?? []) {
      const { value } = variable.name;
      if (seen.has(value)) throw repeated(value);
      seen.add(value);
    }
  }
}

const repeated = (name: string): GraphQLError =>
  withRequestCode(
    new GraphQLError(`There can be only one variable named "$${name}".`),
    'GRAPHQL_VALIDATION_FAILED',
  );
