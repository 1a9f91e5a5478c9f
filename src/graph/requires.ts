import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { Extensions } from 'type-graphql';
import { requireScope, type Scope, SCOPES } from '../access/caller.js';
import { Context } from './request-context.js';

/** For fields that everyone may use, and for those whose answer depends on the caller. */
export const EVERYONE = 'everyone';

const REQUIRES = 'requires';

type Field = GraphQLField<unknown, unknown>;

/**
 * The scope that a caller needs for a field. Every root field declares one; so does every other field that leads to
 * the catalog from where a caller can be without `catalog:read`.
 */
export const Requires = (scope: Scope | typeof EVERYONE) => Extensions({ [REQUIRES]: scope });

/** The scope that a field declares; null: none. @throws Error for a root field that declares nothing */
export function requiredScope(parent: string, { name, extensions }: Field, isRoot: boolean): Scope | null {
  const declared = extensions[REQUIRES];
  if (declared === EVERYONE || (declared === undefined && !isRoot)) return null;
  const scope = SCOPES.find((known) => known === declared);
  if (scope === undefined)
    throw new Error(`${parent}.${name} declares no scope: decorate it with @Requires.`);
  return scope;
}

/**
 * Makes fields check the scopes that they declare. Nothing else checks scopes of fields, so that none can forget to.
 */
export function guardFields(schema: GraphQLSchema): void {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const scope = requiredScope(type.name, field, roots.has(type));
      if (scope !== null) guard(field, scope);
    }
  }
}

/** Declares the scope of a root field that was added to the schema after it was guarded, and makes it check that. */
export function guardAdded(field: Field, scope: Scope | typeof EVERYONE): void {
  field.extensions = { ...field.extensions, [REQUIRES]: scope };
  if (scope !== EVERYONE) guard(field, scope);
}

function guard(field: Field, scope: Scope): void {
  const guarded =
    (resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> =>
    (source, args: unknown, context, info) => {
      if (!(context instanceof Context)) throw new TypeError('a field is resolved in a Context');
      requireScope(context.caller, scope);
      return resolve(source, args, context, info);
    };
  field.resolve = guarded(field.resolve ?? defaultFieldResolver);
  if (field.subscribe !== undefined) field.subscribe = guarded(field.subscribe);
}
