import { type GraphQLSchema, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { RequestError } from '../../errors.js';
import type { Operation } from '../graphql/operation.js';
import { MAX_COST, MUTATION_COST } from '../limits.js';
import { introspectionSizes } from './introspection-sizes.js';
import { makePlan } from './make-plan.js';
import { actualCost, costOfArguments, estimatedCost, type Returned, type SelectionPlan } from './plan.js';
import { defaultsOf, Variables } from './variables.js';

/** The points of an operation with these variables. */
export interface Price {
  readonly estimate: number;
  /** The points once it has returned this. */
  readonly actual: (returned: Returned) => number;
  /** The same for one event of a subscription, whose arguments cost nothing again. */
  readonly ofEvent: Pick<Price, 'estimate' | 'actual'>;
}

/**
 * `observe` is told the estimate, whether it is refused or not.
 * @throws RequestError COST_EXCEEDED when the estimate is above MAX_COST
 */
export type Pricing = (operation: Operation, observe?: (estimate: number) => void) => Price;

/** Clients choose the numbers: an estimate without bounds would drown the sum of all others. */
const MOST_OBSERVED = 10 * MAX_COST;

interface Prepared {
  readonly plan: SelectionPlan;
  readonly defaults: ReadonlyMap<string, unknown>;
}

/**
 * Prices operations by the `@cost` and `@listSize` directives of the schema, as Apollo Router reads them: an entry of
 * a list costs the weight of the field and everything that is selected on it, and arguments are added once. What the
 * directives cannot say is added: `__typename` costs a point, introspection has its own estimate, and a long text in
 * an argument costs as much as reading it.
 *
 * A document is prepared once; each request then computes its cost from its own variables.
 */
export function createPricing(schema: GraphQLSchema): Pricing {
  const sizes = introspectionSizes(schema);
  const prepared = new WeakMap<OperationDefinitionNode, Prepared>();

  const prepare = ({ document, operation }: Operation): Prepared => {
    const known = prepared.get(operation);
    if (known) return known;
    const fragments = new Map(
      document.definitions.flatMap((node) =>
        node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [],
      ),
    );
    const made = { plan: makePlan(schema, sizes, operation, fragments), defaults: defaultsOf(operation) };
    prepared.set(operation, made);
    return made;
  };

  return (operation, observe) => {
    const { plan, defaults } = prepare(operation);
    const variables = new Variables(operation.variables, defaults);
    const base = operation.operation.operation === OperationTypeNode.MUTATION ? MUTATION_COST : 0;
    const estimate = Math.ceil(base + estimatedCost(plan, variables));
    observe?.(estimate <= MOST_OBSERVED ? estimate : MOST_OBSERVED);
    // Not a number above MAX_COST, and not NaN, whatever numbers the client sent.
    if (!(estimate <= MAX_COST)) throw tooDear(estimate);
    const actual = (returned: Returned): number => base + actualCost(plan, variables, returned);
    const args = costOfArguments(plan, variables);
    return {
      estimate,
      actual,
      ofEvent: { estimate: estimate - args, actual: (returned) => actual(returned) - args },
    };
  };
}

function tooDear(estimate: number): RequestError {
  return new RequestError(
    'COST_EXCEEDED',
    `The operation would cost ${estimate} points, but at most ${MAX_COST} are allowed; ask for fewer fields or smaller pages.`,
  );
}
