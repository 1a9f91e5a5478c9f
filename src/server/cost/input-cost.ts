import { type ConstValueNode, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { MAX_COST } from '../limits.js';
import type { InputPrice } from './declared-prices.js';
import type { Variables } from './variables.js';

/** The points of an argument, or a function that computes them when they depend on variables. */
export type InputCost = number | ((variables: Variables) => number);

export const inputCost = (cost: InputCost, variables: Variables): number =>
  typeof cost === 'number' ? cost : cost(variables);

/** Prepares the cost of an argument as the document gives it. */
export function costOfArgument(node: ValueNode, price: InputPrice): InputCost {
  if (isConstant(node)) return costOfValue(valueFromASTUntyped(node), price);
  return (variables) => costOfNode(node, price, variables, false);
}

function isConstant(node: ValueNode): node is ConstValueNode {
  switch (node.kind) {
    case Kind.VARIABLE:
      return false;
    case Kind.LIST:
      return node.values.every(isConstant);
    case Kind.OBJECT:
      return node.fields.every(({ value }) => isConstant(value));
    default:
      return true;
  }
}

function costOfNode(node: ValueNode, price: InputPrice, variables: Variables, isEntry: boolean): number {
  switch (node.kind) {
    case Kind.VARIABLE:
      return costOfValue(variables.get(node.name.value), price, isEntry);
    case Kind.LIST: {
      let sum = price.weight ?? 0;
      if (!isEntry) for (const entry of node.values) sum += costOfNode(entry, price, variables, true);
      return sum;
    }
    case Kind.OBJECT: {
      let sum = price.weight ?? (price.fields ? 1 : 0);
      const within = price.fields?.();
      for (const { name, value } of node.fields) {
        const inner = within?.get(name.value);
        if (inner) sum += costOfNode(value, inner, variables, false);
      }
      return sum;
    }
    default:
      return costOfValue(valueFromASTUntyped(node), price);
  }
}

/**
 * As routers compute it: a list costs its weight and that of each entry, an input object its weight and those of its
 * fields. Stops once the sum is above MAX_COST, because a client may send a million entries.
 */
function costOfValue(value: unknown, price: InputPrice, isEntry = false): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') return (price.weight ?? 0) + Math.floor(value.length / price.charsAPoint);
  // No argument is a list of lists, and coercion refuses such a value.
  if (Array.isArray(value)) return isEntry ? 0 : costOfList(value, price);
  const within = price.fields?.();
  if (!within || typeof value !== 'object') return price.weight ?? 0;
  let sum = price.weight ?? 1;
  for (const [name, inner] of within) {
    if (Object.hasOwn(value, name)) sum += costOfValue(Reflect.get(value, name), inner);
    if (sum > MAX_COST) break;
  }
  return sum;
}

function costOfList(entries: readonly unknown[], price: InputPrice): number {
  let sum = price.weight ?? 0;
  if (price.fields === null && price.weight === null) return sum;
  for (const entry of entries) {
    sum += costOfValue(entry, price, true);
    if (sum > MAX_COST) break;
  }
  return sum;
}
