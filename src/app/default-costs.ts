import {
  type ConstDirectiveNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql';
import { ASSUMED_LIST_SIZE } from '../server/limits.js';

type Field = GraphQLField<unknown, unknown>;

/**
 * Declares what the gateway assumes where nothing is declared, so that a router assumes the same: it would count
 * nothing for a scalar, and its own number of entries for a list.
 */
export function declareDefaultCosts(schema: GraphQLSchema): void {
  const fields = Object.values(schema.getTypeMap()).flatMap((type): Field[] =>
    (isObjectType(type) || isInterfaceType(type)) && !isIntrospectionType(type)
      ? Object.values(type.getFields())
      : [],
  );
  const sized = new Set(fields.flatMap(fieldsSizedBy));
  for (const field of fields) {
    if (isLeafType(getNamedType(field.type)) && !has(field, 'cost')) declare(field, 'cost', 'weight', 1);
    if (isListType(getNullableType(field.type)) && !sized.has(field) && !has(field, 'listSize'))
      declare(field, 'listSize', 'assumedSize', ASSUMED_LIST_SIZE);
  }
}

const has = ({ astNode }: Field, directive: string): boolean =>
  astNode?.directives?.some(({ name }) => name.value === directive) ?? false;

/** The fields of the returned object whose length this field says. */
function fieldsSizedBy(field: Field): Field[] {
  const directive = field.astNode?.directives?.find(({ name }) => name.value === 'listSize');
  const names = directive?.arguments?.find(({ name }) => name.value === 'sizedFields')?.value;
  const returned = getNamedType(field.type);
  if (names?.kind !== Kind.LIST || !isObjectType(returned)) return [];
  return names.values.map((value) => {
    const inner = value.kind === Kind.STRING ? returned.getFields()[value.value] : undefined;
    if (!inner) throw new Error(`${field.name} sizes a field that ${returned.name} does not have`);
    return inner;
  });
}

function declare(field: Field, directive: string, argument: string, value: number): void {
  const node: ConstDirectiveNode = {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: directive },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: { kind: Kind.INT, value: String(value) },
      },
    ],
  };
  field.astNode = {
    kind: Kind.FIELD_DEFINITION,
    name: { kind: Kind.NAME, value: field.name },
    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: getNamedType(field.type).name } },
    directives: [...(field.astNode?.directives ?? []), node],
  };
}
