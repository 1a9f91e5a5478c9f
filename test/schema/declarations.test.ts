import { expect, test } from '@jest/globals';
import { Field, FieldResolver, ObjectType, Resolver } from 'type-graphql';
import { createSchema } from '../../src/app/schema.js';

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
