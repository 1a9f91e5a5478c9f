import {
  type DocumentNode,
  getNamedType,
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
} from '../limits.js';

/**
 * Refuses an operation whose estimated number of answered fields is above MAX_COST, with COST_EXCEEDED.
 *
 * A field costs 1 and its selection; times `first` where it has that argument, times the entries of a list
 * argument (`ids`, `codes`), times ASSUMED_LIST_SIZE for another list. A `complexity` of the field (type-graphql)
 * replaces the 1 when it is a number, and the whole estimate when it is a function. A function may depend on
 * numbers, booleans and the lengths of lists among the variables, and on nothing within an input object: estimates
 * are kept by those.
 */
export function createCostCheck(schema: GraphQLSchema): (operation: Operation) => void {
  const costs = new LRUCache<string, number>({
    max: MAX_KEPT_COSTS,
    maxSize: MAX_KEPT_COST_CHARS,
    sizeCalculation: (_cost, key) => key.length,
  });
  return ({ document, documentHash, operation, variables }) => {
    const operationName = operation.name?.value ?? null;
    const key = `${documentHash} ${operationName ?? ''}${sizes(operation, variables)}`;
    let cost = costs.get(key);
    if (cost === undefined) {
      cost = estimate(schema, document, operationName, variables);
      costs.set(key, cost);
    }
    if (cost > MAX_COST)
      throw exceeded(`is estimated at ${cost} fields, but at most ${MAX_COST} are allowed`);
  };
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
    // Its own bound names no node; everything else is about a variable.
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
  // A page size out of range is the resolver's to refuse; here it must not make the estimate smaller.
  if (typeof first === 'number') return Math.max(first, 1);
  if (!isList(type) || !isCompositeType(getNamedType(type))) return 1;
  // The page size of a connection has been counted by the field that it is the value of.
  if (parent.endsWith('Connection')) return 1;
  const keys = Object.values(args).find(Array.isArray);
  return keys ? keys.length : ASSUMED_LIST_SIZE;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(type) || (isNonNullType(type) && isListType(type.ofType));
}

/** What of the variables an estimate depends on. */
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
