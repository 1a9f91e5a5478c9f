import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { RequestError } from '../../errors.js';
import {
  MAX_ALIASES,
  MAX_DIRECTIVES,
  MAX_DOCUMENT_CHARS,
  MAX_DOCUMENT_DEPTH,
  MAX_DOCUMENT_TOKENS,
  MAX_FRAGMENTS,
  MAX_REPEATED_PAIRS,
  MAX_SELECTIONS,
  MAX_VALUE_DEPTH,
} from '../limits.js';
import { createDocumentCache } from './document-cache.js';
import { checkVariableNames, hasDeepValues } from './document-values.js';
import { checkSubscriptionRoots } from './subscription-roots.js';

/** Checks documents by their text, before they are validated. Documents that passed are cached. */
export interface DocumentGuard {
  /** @throws RequestError COST_EXCEEDED, naming the limit and its value; GraphQLError GRAPHQL_VALIDATION_FAILED */
  check(text: string, sender: string): void;
  /** Whether the document passed and is in the cache. */
  knows(text: string): boolean;
  /** Who sent the document that is in the cache first. */
  senderOf(text: string): string | undefined;
  /** For documents that are not valid: they are validated each time, so they are never known. */
  forget(text: string): void;
}

export function createDocumentGuard(): DocumentGuard {
  const passed = createDocumentCache<true>();
  return {
    check(text, sender) {
      if (passed.get(text)) return;
      if (text.length > MAX_DOCUMENT_CHARS) throw exceeded('characters', MAX_DOCUMENT_CHARS);
      const document = parseWithinLimits(text);
      // The server reports parse errors, with their location.
      if (document === null) return;
      if (hasDeepValues(document)) throw exceeded('levels of values or types', MAX_VALUE_DEPTH);
      measure(document);
      checkVariableNames(document);
      checkSubscriptionRoots(document);
      passed.set(text, true, text, sender);
    },
    knows: (text) => passed.has(text),
    senderOf: (text) => passed.ownerOf(text),
    forget(text) {
      passed.delete(text);
    },
  };
}

function parseWithinLimits(text: string): DocumentNode | null {
  try {
    return parse(text, { noLocation: true, maxLexicalTokens: MAX_DOCUMENT_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (/ \d+ tokens\. Parsing aborted/.test(error.message)) {
      throw exceeded('tokens', MAX_DOCUMENT_TOKENS);
    }
    return null;
  }
}

function exceeded(what: string, limit: number): RequestError {
  return new RequestError(
    'COST_EXCEEDED',
    `The document has more than ${limit} ${what}; split it into several requests.`,
  );
}

/**
 * Walks every operation as execution would: with fragments expanded and fields with the same response name merged.
 */
function measure(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  if (fragments.size > MAX_FRAGMENTS) throw exceeded('fragments', MAX_FRAGMENTS);
  let selections = 0;
  let aliases = 0;
  let directives = 0;
  let repeatedPairs = 0;

  const countDirectives = (node: { readonly directives?: readonly DirectiveNode[] | undefined }): void => {
    directives += node.directives?.length ?? 0;
    if (directives > MAX_DIRECTIVES) throw exceeded('directives', MAX_DIRECTIVES);
  };

  const collect = (set: SelectionSetNode, byName: Map<string, FieldNode[]>, spread: Set<string>): void => {
    for (const selection of set.selections) {
      selections += 1;
      if (selections > MAX_SELECTIONS)
        throw exceeded('selections, with fragments spread out,', MAX_SELECTIONS);
      countDirectives(selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet, byName, spread);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment && !spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          collect(fragment.selectionSet, byName, spread);
        }
      } else {
        if (selection.alias) aliases += 1;
        if (aliases > MAX_ALIASES) throw exceeded('aliases', MAX_ALIASES);
        const name = selection.alias?.value ?? selection.name.value;
        const group = byName.get(name);
        if (!group) {
          byName.set(name, [selection]);
          continue;
        }
        repeatedPairs += group.length;
        if (repeatedPairs > MAX_REPEATED_PAIRS)
          throw exceeded('pairs of repeated fields', MAX_REPEATED_PAIRS);
        group.push(selection);
      }
    }
  };

  const descend = (sets: readonly SelectionSetNode[], depth: number): void => {
    if (depth > MAX_DOCUMENT_DEPTH) throw exceeded('levels of fields', MAX_DOCUMENT_DEPTH);
    const byName = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const set of sets) collect(set, byName, spread);
    for (const group of byName.values()) {
      const inner = group.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (inner.length > 0) descend(inner, depth + 1);
    }
  };

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue;
    countDirectives(definition);
    // A fragment that no operation uses is validated too.
    descend([definition.selectionSet], 1);
  }
}
