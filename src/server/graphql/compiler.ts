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
import type { TrustedDocuments } from './trusted-documents.js';

/** An operation as a function. */
export interface Compiled {
  /** Takes variables that graphql-js has coerced. */
  readonly query: CompiledQuery['query'];
  /**
   * When one of these variables is missing or null, graphql-js must execute: graphql-jit would insert null for it.
   */
  readonly needed: ReadonlySet<string>;
  readonly selections: number;
}

/** Called once per execution. Returns the operation as a function, or null when graphql-js should execute it. */
export type Compiler = (operation: Operation) => Compiled | null;

/**
 * Compiles operations that are trusted or executed often, that graphql-js answers in the same way, and that are within
 * the limits. All other operations cannot cause a compilation, whatever clients send.
 */
export function createCompiler(
  schema: GraphQLSchema,
  {
    compilations,
    compiledSelections,
    countLookup,
  }: Pick<Metrics, 'compilations' | 'compiledSelections' | 'countLookup'>,
  documents: Pick<TrustedDocuments, 'has'> = { has: () => false },
  compileFrom = COMPILE_FROM_EXECUTION,
): Compiler {
  const compile = createCompile(schema);
  const executions = new WeakMap<OperationDefinitionNode, number>();
  const refused = new WeakSet<OperationDefinitionNode>();
  const kept = new LRUCache<OperationDefinitionNode, Compiled>({
    max: MAX_KEPT_COMPILED,
    maxSize: MAX_KEPT_COMPILED_SELECTIONS,
    sizeCalculation: ({ selections }) => selections,
    // The count starts over, so that documents that evict each other are not compiled for each request.
    dispose: (_compiled, operation) => executions.delete(operation),
  });
  return ({ document, documentHash, operation }) => {
    const known = kept.get(operation);
    countLookup('compiled', known !== undefined);
    if (known) return known;
    if (refused.has(operation)) return null;
    const count = (executions.get(operation) ?? 0) + 1;
    executions.set(operation, count);
    if (count < compileFrom && !documents.has(documentHash)) return null;
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

/**
 * Built-in scalars and enums are returned as resolvers give them: checks would take a seventh of the time of a page.
 */
const OPTIONS = { disableLeafSerialization: true };

/** Accepts any value unchanged. */
const Coerced = new GraphQLScalarType({ name: 'CoercedValue' });
const COERCED: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Coerced.name } };

/**
 * graphql-jit has its own coercion of variables. Here all variables have a type that it accepts unchanged, and
 * graphql-js coerces them first.
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
