import {
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Operation } from './operation.js';
import { type Compilable, expandedSelections, variablesWithinLiterals } from './compilable.js';
import {
  COMPILE_FROM_EXECUTION,
  MAX_COMPILED_SELECTIONS,
  MAX_KEPT_COMPILED,
  MAX_KEPT_COMPILED_SELECTIONS,
} from '../limits.js';
import type { Metrics } from '../metrics.js';

/** An operation as a function. */
export interface Compiled {
  /** Takes variables that graphql-js has coerced. */
  readonly query: CompiledQuery['query'];
  /** Variables without which, or with null, graphql-js must answer: graphql-jit would put null where nothing stands. */
  readonly needed: ReadonlySet<string>;
  readonly selections: number;
}

/** To be asked once for each execution: the operation as a function, or null where graphql-js is to execute it. */
export type Compiler = (operation: Operation) => Compiled | null;

/**
 * Compiles what was executed often, is answered in the same way by graphql-js, and fits the bounds. The rest of what
 * clients may send cannot cost a compilation.
 */
export function createCompiler(
  schema: GraphQLSchema,
  { compilations, compiledSelections }: Pick<Metrics, 'compilations' | 'compiledSelections'>,
  compileFrom = COMPILE_FROM_EXECUTION,
): Compiler {
  const compile = createCompile(schema);
  const executions = new WeakMap<OperationDefinitionNode, number>();
  const refused = new WeakSet<OperationDefinitionNode>();
  const kept = new LRUCache<OperationDefinitionNode, Compiled>({
    max: MAX_KEPT_COMPILED,
    maxSize: MAX_KEPT_COMPILED_SELECTIONS,
    sizeCalculation: ({ selections }) => selections,
    // It has to be seen often again, so that documents that displace each other are not compiled for each request.
    dispose: (_compiled, operation) => executions.delete(operation),
  });
  return ({ document, operation }) => {
    const known = kept.get(operation);
    if (known) return known;
    if (refused.has(operation)) return null;
    const count = (executions.get(operation) ?? 0) + 1;
    executions.set(operation, count);
    if (count < compileFrom) return null;
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    const compiled = compile({ operation, fragments });
    if (!compiled) {
      refused.add(operation);
      return null;
    }
    kept.set(operation, compiled);
    compilations.inc();
    compiledSelections.set(kept.calculatedSize);
    return compiled;
  };
}

/** Built-in scalars and enums are answered as resolvers give them: checking each costs a seventh of the time of a page. */
const OPTIONS = { disableLeafSerialization: true };

/** Takes any value as it is. */
const Coerced = new GraphQLScalarType({ name: 'CoercedValue' });
const COERCED: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Coerced.name } };

/**
 * graphql-jit coerces variables in a way of its own. Here all variables are of a type that it takes as they are, and
 * graphql-js coerces them before.
 */
function createCompile(schema: GraphQLSchema): (compilable: Compilable) => Compiled | null {
  const config = schema.toConfig();
  const widened = new GraphQLSchema({ ...config, types: [...config.types, Coerced], assumeValid: true });
  return (compilable) => {
    const needed = variablesWithinLiterals(schema, compilable);
    if (!needed) return null;
    const selections = expandedSelections(schema, compilable, MAX_COMPILED_SELECTIONS);
    if (selections > MAX_COMPILED_SELECTIONS) return null;
    const { operation, fragments } = compilable;
    const variableDefinitions = (operation.variableDefinitions ?? []).map(({ kind, variable }) => ({
      kind,
      variable,
      type: COERCED,
    }));
    const result = compileQuery(
      widened,
      { kind: Kind.DOCUMENT, definitions: [{ ...operation, variableDefinitions }, ...fragments] },
      undefined,
      OPTIONS,
    );
    return isCompiledQuery(result) ? { query: result.query, needed, selections } : null;
  };
}
