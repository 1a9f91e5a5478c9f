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
  /** Whether the weight is that of a text with an assumed length. */
  readonly isText: boolean;
  /** Whether the field of the parent says how long the list is. */
  readonly isSized: boolean;
  /** Of the field if it is a list, and of the children that it sizes. */
  readonly length: ListLength;
  readonly children: SelectionPlan;
  /** Whether it is `__schema` or `__type`. What they return is not counted. */
  readonly isIntrospection: boolean;
}

const ESTIMATE = Symbol('estimate');

/** What a response has in place of the fields. */
export interface Returned {
  readonly data: unknown;
  /** Whether it has errors: nobody knows how much was done for a field that is null then. */
  readonly hasErrors: boolean;
}

interface Reading {
  readonly variables: Variables;
  readonly hasErrors: boolean;
}

/** The points of an operation before it is executed. */
export const estimatedCost = (plan: SelectionPlan, variables: Variables): number =>
  costOf(plan, { variables, hasErrors: false }, 1, ESTIMATE);

/**
 * The points of an operation that returned this data. Lists count with the length that they have, and an empty one as
 * one entry without fields: it took the same work to find none. Of an object that is null, only its own weight counts;
 * if there were errors, it counts as estimated, and so does a list. A text counts one point, because its length is
 * paid for separately.
 */
export const actualCost = (
  plan: SelectionPlan,
  variables: Variables,
  { data, hasErrors }: Returned,
): number => costOf(plan, { variables, hasErrors }, 1, data);

/** The points of the arguments of the root fields, which are part of the cost of the operation. */
export const costOfArguments = ({ fields }: SelectionPlan, variables: Variables): number =>
  fields.reduce(
    (sum, { args }) => args.reduce((total: number, cost) => total + inputCost(cost, variables), sum),
    0,
  );

function costOf({ fixed, fields }: SelectionPlan, reading: Reading, length: number, answer: unknown): number {
  let sum = fixed;
  for (const field of fields) {
    const value = answer === ESTIMATE ? ESTIMATE : valueAt(answer, field.key);
    // An object of another type does not have the field.
    if (value !== undefined && holds(field.conditions, reading.variables))
      sum += costOfField(field, reading, length, value === null && reading.hasErrors ? ESTIMATE : value);
  }
  return sum;
}

function costOfField(field: FieldPlan, reading: Reading, parentLength: number, value: unknown): number {
  const { weight, children, isList, isText, isSized, isIntrospection } = field;
  const { variables } = reading;
  let args = 0;
  for (const cost of field.args) args += inputCost(cost, variables);
  if (isIntrospection)
    return Math.ceil((weight + estimatedCost(children, variables)) / INTROSPECTED_FIELDS_A_POINT);
  if (isText && value !== ESTIMATE) return 1 + args;
  if (value === null) return weight + args;
  const length = isSized ? parentLength : listLength(field.length, variables);
  if (!isList) return weight + args + costOf(children, reading, length, value);
  if (value === ESTIMATE) return length * (weight + costOf(children, reading, length, ESTIMATE)) + args;
  return costOfEntries(field, reading, length, Array.isArray(value) ? value : []) + args;
}

function costOfEntries(
  { weight, children }: FieldPlan,
  reading: Reading,
  length: number,
  entries: readonly unknown[],
): number {
  let sum = Math.max(entries.length, 1) * weight + entries.length * children.fixed;
  if (children.fields.length > 0) {
    for (const entry of entries) sum += costOf(children, reading, length, entry) - children.fixed;
  }
  return sum;
}

function valueAt(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, key) : null;
}
