import {
  defaultFieldResolver,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { priceOfField } from '../cost/declared-prices.js';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/**
 * Makes each list of objects whose length no argument limits report the fields that are selected on its entries,
 * before any of these is resolved. When `count` throws, the list fails. graphql-js and graphql-jit both call resolvers.
 */
export function countListFields(
  schema: GraphQLSchema,
  count: (context: unknown, fields: number) => void,
): void {
  const counted = (
    value: unknown,
    context: unknown,
    { fieldNodes, fragments }: GraphQLResolveInfo,
  ): unknown => {
    if (!Array.isArray(value) || value.length === 0) return value;
    const fields = fieldNodes.reduce((sum, node) => sum + selectionsIn(node.selectionSet, fragments), 0);
    count(context, value.length * fields);
    return value;
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!isUnlimitedList(field)) continue;
      const { resolve = defaultFieldResolver } = field;
      field.resolve = (source, args, context, info) => {
        const value: unknown = resolve(source, args, context, info);
        return value instanceof Promise
          ? value.then((entries: unknown) => counted(entries, context, info))
          : counted(value, context, info);
      };
    }
  }
}

function isUnlimitedList(field: GraphQLField<unknown, unknown>): boolean {
  const { listSize } = priceOfField(field);
  return (
    isListType(getNullableType(field.type)) &&
    isCompositeType(getNamedType(field.type)) &&
    listSize !== null &&
    listSize.slicingArguments.length === 0
  );
}

const known = new WeakMap<SelectionSetNode, number>();

/** Fragments are limited before, and expanded once each. */
function selectionsIn(set: SelectionSetNode | undefined, fragments: Fragments): number {
  if (set === undefined) return 0;
  const found = known.get(set);
  if (found !== undefined) return found;
  let sum = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) sum += 1;
    sum += selectionsIn(
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments[selection.name.value]?.selectionSet
        : selection.selectionSet,
      fragments,
    );
  }
  known.set(set, sum);
  return sum;
}
