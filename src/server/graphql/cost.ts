import {
  type DocumentNode,
  getNamedType,
  getVariableValues,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity/cjs';
import { LRUCache } from 'lru-cache';
import { RequestError } from '../../errors.js';
import type { Operation } from './operation.js';
import { toGraphQLError } from '../errors.js';
import {
  ASSUMED_LIST_SIZE,
  INTROSPECTION_COST,
  MAX_COST,
  MAX_KEPT_COST_CHARS,
  MAX_KEPT_COSTS,
  MAX_SELECTIONS,
  MAX_VARIABLE_ERRORS,
} from '../limits.js';

/**
 * Refuses an operation with COST_EXCEEDED if the estimated number of fields in its response is above MAX_COST.
 *
 * A field costs 1 plus its selection, multiplied by `first` if it has that argument, by the number of entries of a
 * list argument (`ids`, `codes`), or by ASSUMED_LIST_SIZE for another list. A `complexity` of the field
 * (type-graphql) replaces the 1 when it is a number, and the whole estimate when it is a function. A function may
 * depend on numbers, booleans, and the lengths of lists among the variables, but on nothing inside an input object,
 * because estimates are cached by those values.
 *
 * `observe` is told each estimate, whether it is refused or not.
 */
export function createCostCheck(
  schema: GraphQLSchema,
  observe: (cost: number) => void,
): (operation: Operation) => void {
  const costs = new LRUCache<string, number>({
    max: MAX_KEPT_COSTS,
    maxSize: MAX_KEPT_COST_CHARS,
    sizeCalculation: (_cost, key) => key.length,
  });
  return ({ document, documentHash, operation, variables }) => {
    checkVariables(schema, operation, variables);
    const operationName = operation.name?.value ?? null;
    const key = `${documentHash} ${operationName ?? ''}${sizes(operation, variables)}`;
    let cost = costs.get(key);
    if (cost === undefined) {
      cost = estimate(schema, document, operationName, variables);
      costs.set(key, cost);
    }
    observe(cost);
    if (cost > MAX_COST)
      throw exceeded(`is estimated at ${cost} fields, but at most ${MAX_COST} are allowed`);
  };
}

/** The estimate would report every mistake, at 0.1 ms each. @throws GraphQLError BAD_USER_INPUT */
function checkVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Record<string, unknown>,
): void {
  const { errors } = getVariableValues(schema, variableDefinitions, variables, {
    maxErrors: MAX_VARIABLE_ERRORS,
  });
  const [first] = errors ?? [];
  if (first === undefined) return;
  throw new GraphQLError(first.message, {
    nodes: first.nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}

function exceeded(what: string): GraphQLError {
  return toGraphQLError(
    new RequestError('COST_EXCEEDED', `The answer ${what}; ask for fewer fields or smaller pages.`),
  );
}

function estimate(
  schema: GraphQLSchema,
  query: DocumentNode,
  operationName: string | null,
  variables: Record<string, unknown>,
): number {
  try {
    return getComplexity({
      schema,
      query,
      estimators: [estimateField],
      maxQueryNodes: MAX_SELECTIONS,
      variables,
      ...(operationName === null ? {} : { operationName }),
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // Its own limit refers to no node; every other error is about a variable.
    if (!error.nodes) throw exceeded(`has more than ${MAX_SELECTIONS} selections`);
    throw new GraphQLError(error.message, {
      nodes: error.nodes,
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    });
  }
}

const estimateField: ComplexityEstimator = (options) => {
  const { field, args, childComplexity, type } = options;
  if (field.name === '__schema' || field.name === '__type') return INTROSPECTION_COST;
  const declared: unknown = field.extensions['complexity'];
  if (isEstimator(declared)) return Number(declared(options));
  const own = typeof declared === 'number' ? declared : 1;
  return own + answeredTimes(args, field.type, type.name) * childComplexity;
};

function isEstimator(declared: unknown): declared is ComplexityEstimator {
  return typeof declared === 'function';
}

function answeredTimes(
  args: Readonly<Record<string, unknown>>,
  type: GraphQLOutputType,
  parent: string,
): number {
  const { first } = args;
  // The resolver refuses a page size that is out of range; here it must not reduce the estimate.
  if (typeof first === 'number') return Math.max(first, 1);
  if (!isList(type) || !isCompositeType(getNamedType(type))) return 1;
  // The field that returns the connection has already counted its page size.
  if (parent.endsWith('Connection')) return 1;
  const keys = Object.values(args).find(Array.isArray);
  return keys ? keys.length : ASSUMED_LIST_SIZE;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(type) || (isNonNullType(type) && isListType(type.ofType));
}

/** The parts of the variables that an estimate depends on. */
function sizes(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): string {
  let key = '';
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const value = variables[variable.name.value];
    if (Array.isArray(value)) key += ` ${value.length}`;
    else if (typeof value === 'number' || typeof value === 'boolean') key += ` ${value}`;
    else if (value === undefined && !isNonNullNode(type)) key += ' -';
    else key += ' ?';
  }
  return key;
}

function isNonNullNode(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE;
}
