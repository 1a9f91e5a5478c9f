import { toGlobalId } from 'graphql-relay';
import { Field, ID, InterfaceType } from 'type-graphql';
import { splitGlobalId } from './global-id.js';

/** An object with a global id (Relay's object identification). `key` is the id of its row in Postgres. */
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

/** The largest row id: the maximum of a Postgres integer. */
export const MAX_KEY = 2_147_483_647;

/** The type name and row id in a global id; null if the text is not a global id. */
export function readGlobalId(id: string): { type: string; key: number } | null {
  const { type, name: digits } = splitGlobalId(id);
  const key = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : Infinity;
  return key <= MAX_KEY ? { type, key } : null;
}

/** The row id in a global id of this type; null for any other text. */
export function readKey(type: string, id: string): number | null {
  const node = readGlobalId(id);
  return node?.type === type ? node.key : null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The UUID in a global id of this type, which names rows whose number nobody may guess; null for any other text. */
export function readUuid(type: string, id: string): string | null {
  const { type: found, name } = splitGlobalId(id);
  return found === type && UUID.test(name) ? name : null;
}

/** Creates an instance of a GraphQL class from a row, so that interfaces can resolve its type. */
export function instantiate<T extends object>(type: new () => T, row: Partial<T>): T {
  return Object.assign(new type(), row);
}
