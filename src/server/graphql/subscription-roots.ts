import { type DocumentNode, GraphQLError, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import { withRequestCode } from '../errors.js';

/**
 * Refuses @skip and @include at the root of a subscription, as the specification of September 2025 does (5.2.4.1):
 * what to subscribe to must not depend on variables. graphql-js 16 fails on them while it validates.
 *
 * @throws GraphQLError GRAPHQL_VALIDATION_FAILED
 */
export function checkSubscriptionRoots(document: DocumentNode): void {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  );
  const spread = new Set<string>();
  const check = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      const condition = selection.directives?.find(
        ({ name: { value } }) => value === 'skip' || value === 'include',
      );
      if (condition !== undefined) throw conditional(condition.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
      const fragment = fragments.get(selection.name.value);
      if (fragment !== undefined) check(fragment);
    }
  };
  for (const definition of document.definitions) {
    const isSubscription =
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === OperationTypeNode.SUBSCRIPTION;
    if (isSubscription) check(definition.selectionSet);
  }
}

const conditional = (directive: string): GraphQLError =>
  withRequestCode(
    new GraphQLError(
      `The root field of a subscription cannot have @${directive}: send the subscription only when you need it.`,
    ),
    'GRAPHQL_VALIDATION_FAILED',
  );
