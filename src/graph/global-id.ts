import { fromGlobalId, toGlobalId } from 'graphql-relay';

/** Longer than the base64 of any type name and what it names, which is a SHA-256 at most. */
const MAX_ID_LENGTH = 200;

/** The type name in a global id, and what it names; empty texts if it is too long to be one, or not as we write it. */
export const splitGlobalId = (id: string): { readonly type: string; readonly name: string } => {
  const { type, id: name } = id.length > MAX_ID_LENGTH ? { type: '', id: '' } : fromGlobalId(id);
  return toGlobalId(type, name) === id ? { type, name } : { type: '', name: '' };
};
