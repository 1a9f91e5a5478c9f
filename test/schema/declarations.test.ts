import { expect, test } from '@jest/globals';
import {
  isInputObjectType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';
import { Field, FieldResolver, getMetadataStorage, ObjectType, Resolver } from 'type-graphql';
import { createSchema } from '../../src/app/schema.js';

/** Computed from data that their parent already has: they read nothing, and accept any argument. */
const COMPUTED = [
  'Channel.languages',
  'Facet.buckets',
  'Hold.total',
  'HoldLine.unitPrice',
  'Sku.availability',
  'Sku.options',
  'Sku.price',
  'Watch.state',
];

test('a field that may fail by itself is nullable', () => {
  const schema = createSchema();
  const { fieldResolvers, objectTypes } = getMetadataStorage();
  const nonNull = fieldResolvers.flatMap(({ getObjectType, schemaName }) => {
    const name = objectTypes.find(({ target }) => target === getObjectType?.())?.name ?? '';
    const type = schema.getType(name);
    const field = isObjectType(type) ? type.getFields()[schemaName] : undefined;
    return isNonNullType(field?.type) ? [`${name}.${schemaName}`] : [];
  });
  expect(nonNull.sort()).toEqual(COMPUTED);
});

test('what may be null says when, or what null means', () => {
  const entryPoints = ['Query', 'Mutation', 'Subscription'];
  const silent = Object.values(createSchema().getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    const isInput = isInputObjectType(type);
    // Once for all conditions of a filter.
    if (!(isObjectType(type) || isInput) || (isInput && saysNull(type))) return [];
    const fields = Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields());
    return fields.flatMap((field) => {
      const nullable = [
        ...('args' in field ? field.args : []),
        ...(entryPoints.includes(type.name) ? [] : [field]),
      ].filter(
        (one) => !isNonNullType(one.type) && !('defaultValue' in one && one.defaultValue !== undefined),
      );
      return nullable
        .filter((one) => !saysNull(one))
        .map(({ name }) => `${type.name}.${field.name}: ${name}`);
    });
  });
  expect(silent).toEqual([]);
});

const saysNull = ({ description }: { readonly description?: string | null | undefined }): boolean =>
  /\bnull\b/i.test(description ?? '');

test('a field that is a property and has a resolver too is refused by name', () => {
  expect(() => createSchema()).not.toThrow();

  @ObjectType({ description: 'A shop window.' })
  class Window {
    @Field(() => String, { description: 'What it shows.' })
    shows!: string;
  }
  @Resolver(() => Window)
  class WindowResolver {
    @FieldResolver(() => String, { nullable: true, description: 'What it shows; null while it is empty.' })
    shows(): string | null {
      return null;
    }
  }
  expect(WindowResolver).toBeDefined();
  expect(() => createSchema()).toThrow('Window.shows is declared twice: delete the @Field of its property');
});
