import { type FragmentDefinitionNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/**
 * Whether a request selects one of these fields of what a resolver returns. It may say so for a field that @skip leaves
 * out: what is prepared for it is then not used.
 */
export const selects = (
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  names: ReadonlySet<string>,
): boolean => fieldNodes.some(({ selectionSet }) => selectsIn(selectionSet, fragments, names));

function selectsIn(
  set: SelectionSetNode | undefined,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  names: ReadonlySet<string>,
): boolean {
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) return names.has(selection.name.value);
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments[selection.name.value]?.selectionSet
        : selection.selectionSet;
    return selectsIn(inner, fragments, names);
  });
}
