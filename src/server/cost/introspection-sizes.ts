import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

/**
 * How long a list of the introspection types is: on average where a query reads every type of the schema, otherwise
 * at most.
 */
export type IntrospectionSizes = (type: string, field: string, isEveryType: boolean) => number;

export function introspectionSizes(schema: GraphQLSchema): IntrospectionSizes {
  const types = Object.values(schema.getTypeMap());
  const outputs = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = outputs.map((type) => Object.keys(type.getFields()).length);
  const args = outputs.flatMap((type) => Object.values(type.getFields()).map((field) => field.args.length));
  const values = types.filter(isEnumType).map((type) => type.getValues().length);
  const inputs = types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length);
  const directives = schema.getDirectives();
  const possible = types.filter(isInterfaceType).map((type) => schema.getPossibleTypes(type).length);
  const lists: Readonly<Record<string, readonly [mean: number, most: number]>> = {
    '__Schema.types': [types.length, types.length],
    '__Schema.directives': [directives.length, directives.length],
    '__Type.fields': sizes(fields, types.length),
    '__Type.enumValues': sizes(values, types.length),
    '__Type.inputFields': sizes(inputs, types.length),
    '__Type.possibleTypes': sizes(possible, types.length),
    '__Field.args': sizes(args, args.length),
  };
  return (type, field, isEveryType) => lists[`${type}.${field}`]?.[isEveryType ? 0 : 1] ?? OTHER;
}

/** Interfaces of a type, arguments and locations of a directive. */
const OTHER = 3;

/** Rounded up, because an object that is not there still takes its turn. */
function sizes(lengths: readonly number[], among: number): [mean: number, most: number] {
  const sum = lengths.reduce((total, length) => total + length, 0);
  return [Math.ceil(sum / Math.max(among, 1)), Math.max(0, ...lengths)];
}
