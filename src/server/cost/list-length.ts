import { type GraphQLField, type FieldNode, Kind, type ValueNode } from 'graphql';
import { ASSUMED_LIST_SIZE } from '../limits.js';
import type { FieldPrice } from './declared-prices.js';
import type { Variables } from './variables.js';

/** The assumed number of entries, or a function that reads it from the variables. */
export type ListLength = number | ((variables: Variables) => number);

export const listLength = (length: ListLength, variables: Variables): number =>
  typeof length === 'number' ? length : length(variables);

/** How many entries to assume for a field, or for those that its `sizedFields` name. */
export function lengthOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  { listSize }: FieldPrice,
): ListLength {
  const paths = listSize?.slicingArguments ?? [];
  const fallback = Math.max(
    ...paths.map(([name]) => field.args.find((arg) => arg.name === name)?.defaultValue).filter(isNumber),
    Number.NEGATIVE_INFINITY,
  );
  const otherwise = Number.isFinite(fallback) ? fallback : (listSize?.assumedSize ?? ASSUMED_LIST_SIZE);
  const given = paths.flatMap(([name, ...path]) => {
    const argument = node.arguments?.find((each) => each.name.value === name);
    return argument ? [{ value: argument.value, path }] : [];
  });
  if (given.length === 0) return otherwise;
  return (variables) => {
    const lengths = given.map(({ value, path }) => lengthOfNode(value, path, variables)).filter(isNumber);
    return lengths.length === 0 ? otherwise : Math.max(...lengths);
  };
}

function lengthOfNode(node: ValueNode, path: readonly string[], variables: Variables): number | null {
  switch (node.kind) {
    case Kind.VARIABLE:
      return lengthOfValue(variables.get(node.name.value), path);
    case Kind.OBJECT: {
      const [name, ...rest] = path;
      const field = node.fields.find((each) => each.name.value === name);
      return field ? lengthOfNode(field.value, rest, variables) : null;
    }
    case Kind.LIST:
      return Math.max(node.values.length, 1);
    case Kind.INT:
      return Math.max(Number(node.value), 1);
    case Kind.NULL:
      return null;
    default:
      // Coercion makes a list of a single value.
      return 1;
  }
}

function lengthOfValue(value: unknown, [name, ...rest]: readonly string[]): number | null {
  if (value === null || value === undefined) return null;
  if (name !== undefined && typeof value === 'object')
    return Object.hasOwn(value, name) ? lengthOfValue(Reflect.get(value, name), rest) : null;
  if (Array.isArray(value)) return Math.max(value.length, 1);
  // The resolver refuses a page size that is out of range; here it must not reduce the estimate.
  return typeof value === 'number' ? Math.max(value, 1) : 1;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
