import { type FragmentDefinitionNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/**
 * Whether a request selects one of these fields of what a resolver returns; with `path`, of what these fields lead to. It
 * may say so for a field that @skip leaves out: what is prepared for it is then not used.
 */
export const selects = (
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  names: ReadonlySet<string>,
  path: readonly string[] = [],
): boolean => fieldNodes.some(({ selectionSet }) => selectsIn(selectionSet, fragments, names, path));

function selectsIn(
  set: SelectionSetNode | undefined,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  names: ReadonlySet<string>,
  path: readonly string[],
): boolean {
  const [next, ...rest] = path;
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) {
      const { name, selectionSet } = selection;
      if (next === undefined) return names.has(name.value);
      return name.value === next && selectsIn(selectionSet, fragments, names, rest);
    }
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments[selection.name.value]?.selectionSet
        : selection.selectionSet;
    return selectsIn(inner, fragments, names, path);
  });
}
