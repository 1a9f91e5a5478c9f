import { INTROSPECTED_FIELDS_A_POINT } from '../limits.js';
import { inputCost, type InputCost } from './input-cost.js';
import { listLength, type ListLength } from './list-length.js';
import { type Condition, holds } from './selections.js';
import type { Variables } from './variables.js';

/** What the selections on one object cost. */
export interface SelectionPlan {
  /** The points of all fields whose cost depends on nothing. */
  readonly fixed: number;
  readonly fields: readonly FieldPlan[];
}

/** What a field costs for each object that has it. */
export interface FieldPlan {
  /** The response name. */
  readonly key: string;
  readonly conditions: readonly Condition[];
  readonly weight: number;
  readonly args: readonly InputCost[];
  readonly isList: boolean;
  /** Whether the field of the parent says how long the list is. */
  readonly isSized: boolean;
  /** Of the field if it is a list, and of the children that it sizes. */
  readonly length: ListLength;
  readonly children: SelectionPlan;
  /** Whether it is `__schema` or `__type`. What they return is not counted. */
  readonly isIntrospection: boolean;
}

const ESTIMATE = Symbol('estimate');

/** The points of an operation before it is executed. */
export const estimatedCost = (plan: SelectionPlan, variables: Variables): number =>
  costOf(plan, variables, 1, ESTIMATE);

/**
 * The points of an operation that returned this data. Lists count with the length that they have. An object that is
 * null counts as if it were there, unless there are lists in it.
 */
export const actualCost = (plan: SelectionPlan, variables: Variables, data: unknown): number =>
  costOf(plan, variables, 1, data);

/** The points of the arguments of the root fields, which are part of the cost of the operation. */
export const costOfArguments = ({ fields }: SelectionPlan, variables: Variables): number =>
  fields.reduce(
    (sum, { args }) => args.reduce((total: number, cost) => total + inputCost(cost, variables), sum),
    0,
  );

function costOf(
  { fixed, fields }: SelectionPlan,
  variables: Variables,
  length: number,
  answer: unknown,
): number {
  let sum = fixed;
  for (const field of fields) {
    const value = answer === ESTIMATE ? ESTIMATE : valueAt(answer, field.key);
    // An object of another type does not have the field.
    if (value !== undefined && holds(field.conditions, variables))
      sum += costOfField(field, variables, length, value);
  }
  return sum;
}

function costOfField(field: FieldPlan, variables: Variables, parentLength: number, value: unknown): number {
  const { weight, children, isList, isSized, isIntrospection } = field;
  let args = 0;
  for (const cost of field.args) args += inputCost(cost, variables);
  if (isIntrospection)
    return Math.ceil((weight + estimatedCost(children, variables)) / INTROSPECTED_FIELDS_A_POINT);
  if (value === null) return weight + args;
  const length = isSized ? parentLength : listLength(field.length, variables);
  if (!isList) return weight + args + costOf(children, variables, length, value);
  if (value === ESTIMATE) return length * (weight + costOf(children, variables, length, ESTIMATE)) + args;
  return costOfEntries(field, variables, length, Array.isArray(value) ? value : []) + args;
}

function costOfEntries(
  { weight, children }: FieldPlan,
  variables: Variables,
  length: number,
  entries: readonly unknown[],
): number {
  let sum = entries.length * (weight + children.fixed);
  if (children.fields.length > 0) {
    for (const entry of entries) sum += costOf(children, variables, length, entry) - children.fixed;
  }
  return sum;
}

function valueAt(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, key) : null;
}
