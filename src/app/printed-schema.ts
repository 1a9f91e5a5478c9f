import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLSchema, Kind, lexicographicSortSchema, print } from 'graphql';

/** The schema in SDL, sorted, with the directives that are applied to it, which graphql's own printer leaves out. */
export const printedSchema = (schema: GraphQLSchema): string => printedDocument(sortedDocument(schema));

/** The definitions of the schema, sorted, with the directives that are applied to it. */
export function sortedDocument(schema: GraphQLSchema): DocumentNode {
  const { kind, definitions } = getDocumentNodeFromSchema(lexicographicSortSchema(schema));
  // Its root types have the usual names.
  return {
    kind,
    definitions: definitions.filter((definition) => definition.kind !== Kind.SCHEMA_DEFINITION),
  };
}

/** The definitions as text. */
export const printedDocument = (document: DocumentNode): string => `${separated(print(document))}\n`;

const QUOTES = '"""';

/** Puts an empty line before each description within a type, as graphql's own printer does. */
function separated(sdl: string): string {
  const lines: string[] = [];
  let isWithin = false;
  for (const line of sdl.split('\n')) {
    const text = line.trim();
    const last = lines.at(-1) ?? '';
    if (!isWithin && text.startsWith(QUOTES) && last !== '' && !/[{(]$/.test(last)) lines.push('');
    lines.push(line);
    if (text === QUOTES) isWithin = !isWithin;
  }
  return lines.join('\n');
}
