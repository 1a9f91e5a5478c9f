import { fromGlobalId, toGlobalId } from 'graphql-relay';
import { Field, ID, InterfaceType } from 'type-graphql';

/** An object with a global id (Relay's object identification). `key` is its row's id in Postgres. */
@InterfaceType({ description: 'An object with a globally unique id (Relay Global Object Identification).' })
export abstract class Node {
  key!: number;

  @Field(() => ID, {
    description: 'A globally unique, opaque, and stable id. `node(id:)` returns the object.',
  })
  get id(): string {
    return toGlobalId(this.constructor.name, this.key);
  }
}

/** The most that a row id can be: Postgres' integer. */
export const MAX_KEY = 2_147_483_647;

/** The type name and row id in a global id; null for anything else. */
export function readGlobalId(id: string): { type: string; key: number } | null {
  const { type, id: digits } = fromGlobalId(id);
  const key = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  return key >= 1 && key <= MAX_KEY ? { type, key } : null;
}

/** The row id in a global id of this type; null for anything else. */
export function readKey(type: string, id: string): number | null {
  const node = readGlobalId(id);
  return node?.type === type ? node.key : null;
}

/** An instance of a GraphQL class with a row's values, so that interfaces can be told apart. */
export function instantiate<T extends object>(type: new () => T, row: Partial<T>): T {
  return Object.assign(new type(), row);
}
