import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isObjectType,
} from 'graphql';
import { z } from 'zod';

const SDL = readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8');

const given = z.object({
  first: z.number().nullish(),
  maxItems: z.number().nullish(),
  ids: z.array(z.unknown()).nullish(),
  codes: z.array(z.unknown()).nullish(),
  by: z.array(z.unknown()).nullish(),
});
const parent = z.object({ length: z.number() });
const directive = /@listSize\(assumedSize: (\d+)/;

/** The gateway's schema, whose lists are all as long as they may be: no field is null, and nothing fails. */
export function fullShop(): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const text = field.astNode?.loc ? SDL.slice(field.astNode.loc.start, field.astNode.loc.end) : '';
      const assumed = directive.exec(text)?.[1];
      const resolve: GraphQLFieldResolver<unknown, unknown> = (source, args) => {
        const { first, maxItems, ids, codes, by } = given.parse(args);
        const size = first ?? maxItems ?? (ids ?? codes ?? by)?.length;
        const inherited = parent.safeParse(source).data?.length ?? 1;
        const length = Math.max(size ?? (assumed === undefined ? inherited : Number(assumed)), 1);
        return fill(schema, field.type, length);
      };
      field.resolve = resolve;
    }
  }
  return schema;
}

function fill(schema: GraphQLSchema, type: GraphQLOutputType, length: number): unknown {
  const plain = getNullableType(type);
  if (isListType(plain)) return Array.from({ length }, () => fill(schema, plain.ofType, 1));
  const named = getNamedType(plain);
  if (isAbstractType(named)) return { __typename: schema.getPossibleTypes(named)[0]?.name, length };
  if (isCompositeType(named)) return { length };
  if (isEnumType(named)) return named.getValues()[0]?.name;
  return ['Int', 'Float'].includes(named.name) ? 1 : named.name === 'Boolean' ? true : 'x';
}

/** How many fields an answer has. A list of scalars is one. */
export function fieldsIn(data: unknown): number {
  if (Array.isArray(data)) return data.reduce((sum: number, entry) => sum + fieldsIn(entry), 0);
  if (typeof data !== 'object' || data === null) return 0;
  return Object.values(data).reduce((sum: number, value) => sum + 1 + fieldsIn(value), 0);
}
