import { type GraphQLSchema, isEnumType } from 'graphql';

/** No name in the schema is longer, nor is one that somebody meant. */
export const MAX_NAME_CHARS = 100;

/**
 * Makes enums suggest values only for what may be a misspelled one. To compare a text with the names of values, graphql-js
 * takes an array of its characters, four times: of megabytes, gigabytes.
 */
export function boundSuggestions(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type)) continue;
    const parse: (value: unknown, hides: boolean) => unknown = type.parseValue.bind(type);
    type.parseValue = (value, hideSuggestions) => {
      const mayBeMeant = typeof value === 'string' && value.length <= MAX_NAME_CHARS;
      return parse(value, hideSuggestions === true || !mayBeMeant);
    };
  }
}
