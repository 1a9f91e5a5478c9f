import {
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** An operation with the fragments of its document. */
export interface Compilable {
  readonly operation: OperationDefinitionNode;
  readonly fragments: readonly FragmentDefinitionNode[];
}

/**
 * The variables inside list or input object literals; null for an operation that graphql-jit may answer differently
 * from graphql-js. The rules are broader than its known bugs, and simple:
 *
 * - Only queries. Mutations run one after another, and their work costs far more than executing them.
 * - No directives in selections. When a fragment is used twice, graphql-jit mixes up the conditions of both uses.
 * - No introspection: its enums have values that differ from their names.
 * - No names with underscores, except those of fields. `__proto__` is lost in the response, and graphql-jit joins
 *   aliases with underscores to make its own names.
 * - No literals of custom scalars. They are written into code as JSON.
 */
export function variablesWithinLiterals(
  schema: GraphQLSchema,
  { operation, fragments }: Compilable,
): ReadonlySet<string> | null {
  if (operation.operation !== OperationTypeNode.QUERY) return null;
  const within = new Set<string>();
  let literals = 0;
  let faults = 0;
  const typeInfo = new TypeInfo(schema);
  const enterLiteral = { enter: () => void (literals += 1), leave: () => void (literals -= 1) };
  const refuseCustomScalar = (): void => {
    const type = getNamedType(typeInfo.getInputType());
    if (isScalarType(type) && !isSpecifiedScalarType(type)) faults += 1;
  };
  const visitor = visitWithTypeInfo(typeInfo, {
    Field({ name, alias }) {
      if (alias?.value.includes('_') || name.value === '__schema' || name.value === '__type') faults += 1;
    },
    Directive: () => {
      faults += 1;
      return false;
    },
    VariableDefinition({ variable }) {
      if (variable.name.value.includes('_')) faults += 1;
      return false;
    },
    Variable({ name }) {
      if (literals > 0) within.add(name.value);
    },
    ListValue: enterLiteral,
    ObjectValue: enterLiteral,
    StringValue: refuseCustomScalar,
    IntValue: refuseCustomScalar,
    FloatValue: refuseCustomScalar,
    BooleanValue: refuseCustomScalar,
    EnumValue: refuseCustomScalar,
  });
  // Directives of the operation itself are handled by the server.
  visit({ ...operation, directives: [] }, visitor);
  for (const fragment of fragments) visit(fragment, visitor);
  return faults === 0 ? within : null;
}

/**
 * The number of selections that graphql-jit walks and generates code for, or Infinity when it exceeds `limit`.
 * Fragments count at every spread, even for the second time in one selection, and selections on an interface or a
 * union count for each of its object types.
 */
export function expandedSelections(
  schema: GraphQLSchema,
  { operation, fragments }: Compilable,
  limit: number,
): number {
  const fragmentOf = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  let walked = 0;
  let written = 0;

  const innerOf = (selection: SelectionNode): SelectionSetNode | undefined =>
    selection.kind === Kind.FRAGMENT_SPREAD
      ? fragmentOf.get(selection.name.value)?.selectionSet
      : selection.selectionSet;

  const walk = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      walked += 1;
      if (walked > limit) return;
      const inner = innerOf(selection);
      if (inner) walk(inner);
    }
  };

  const write = (type: GraphQLNamedType, set: SelectionSetNode): void => {
    if (isAbstractType(type)) {
      for (const possible of schema.getPossibleTypes(type)) write(possible, set);
    }
    if (!isObjectType(type)) return;
    for (const selection of set.selections) {
      written += 1;
      if (written > limit) return;
      const inner = innerOf(selection);
      if (!inner) continue;
      if (selection.kind === Kind.FIELD) {
        const field = type.getFields()[selection.name.value];
        if (field) write(getNamedType(field.type), inner);
        continue;
      }
      const { typeCondition } =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : (fragmentOf.get(selection.name.value) ?? {});
      const narrowed = typeCondition && schema.getType(typeCondition.name.value);
      const applies =
        !narrowed || narrowed === type || (isAbstractType(narrowed) && schema.isSubType(narrowed, type));
      if (applies) write(type, inner);
    }
  };

  walk(operation.selectionSet);
  if (walked > limit) return Infinity;
  const root = schema.getRootType(operation.operation);
  if (root) write(root, operation.selectionSet);
  return written > limit ? Infinity : Math.max(walked, written);
}
