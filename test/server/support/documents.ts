import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  GraphQLID,
  GraphQLInt,
  type GraphQLInputType,
  GraphQLFloat,
  GraphQLBoolean,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

const SDL = readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8');

/**
 * The gateway's schema with fake resolvers: the value of a field depends only on its path and its arguments. Some
 * resolve later, some fail, and some return null where it is not allowed. Failures come later: when one comes at
 * once, graphql-js 16 abandons the promises of a list, and Node ends the process at the next failure.
 */
export function pretendedShop(): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isRead(field)) continue;
      field.resolve = (parent: unknown, args: unknown) => {
        const seed = hash(`${seedOf(parent)} ${field.name} ${JSON.stringify(args, sorted)}`);
        if (seed % 23 === 0) return Promise.reject(new Error(`${field.name} failed with ${seed}`));
        const value = seed % 61 === 0 ? null : pretend(schema, field.type, seed);
        return value === null || seed % 3 === 0 ? Promise.resolve(value) : value;
      };
    }
  }
  return schema;
}

/** Leaves without arguments are properties, as most are in the gateway. */
function isRead({ type, args }: GraphQLField<unknown, unknown>): boolean {
  return isLeafType(getNullableType(type)) && args.length === 0;
}

function seedOf(parent: unknown): number {
  return parent instanceof Object && 'seed' in parent && typeof parent.seed === 'number' ? parent.seed : 1;
}

/** The order of arguments does not matter. */
function sorted(_key: string, value: unknown): unknown {
  if (!(value instanceof Object) || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function hash(text: string): number {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 16777619);
  return value >>> 0;
}

function pretend(schema: GraphQLSchema, type: GraphQLOutputType, seed: number): unknown {
  if (!isNonNullType(type) && seed % 11 === 0) return null;
  return pretendGiven(schema, getNullableType(type), seed);
}

function pretendGiven(schema: GraphQLSchema, type: GraphQLOutputType, seed: number): unknown {
  if (isListType(type)) {
    return Array.from({ length: seed % 4 }, (_, index) => {
      const entry = hash(`${seed} ${index}`);
      if (entry % 31 === 0) {
        const failed = Promise.reject(new Error(`entry ${entry} failed`));
        // A response that failed elsewhere does not wait for it.
        failed.catch(() => undefined);
        return failed;
      }
      const value = entry % 61 === 0 ? null : pretend(schema, type.ofType, entry);
      return value === null || entry % 7 === 0 ? Promise.resolve(value) : value;
    });
  }
  if (isEnumType(type)) return type.getValues()[seed % type.getValues().length]?.name;
  if (type === GraphQLInt) return seed % 100;
  if (type === GraphQLFloat) return (seed % 100) + 0.5;
  if (type === GraphQLBoolean) return seed % 2 === 0;
  if (isAbstractType(type)) {
    const possible = schema.getPossibleTypes(type);
    const chosen = possible[seed % possible.length];
    return chosen && pretendObject(schema, chosen, seed);
  }
  if (isObjectType(type)) return pretendObject(schema, type, seed);
  return `${type.name} ${seed % 1000}`;
}

function pretendObject(schema: GraphQLSchema, type: GraphQLObjectType, seed: number): object {
  const object: Record<string, unknown> = { __typename: type.name, seed };
  for (const field of Object.values(type.getFields())) {
    if (isRead(field)) object[field.name] = pretend(schema, field.type, hash(`${seed} ${field.name}`));
  }
  return object;
}

/** A request that a client could send: a text and its variables. Not every text is valid. */
export function generateRequest(
  schema: GraphQLSchema,
  g: fc.GeneratorValue,
): { text: string; variables: Record<string, unknown> } {
  const definitions: string[] = [];
  const variables: Record<string, unknown> = {};
  const fragments = new Map<string, string>();
  let names = 0;

  const below = (limit: number): number => g(fc.nat, { max: limit - 1 });
  const oneIn = (times: number): boolean => below(times) === 0;
  const conditional = oneIn(2);
  // The compiler changes the types of variables, and graphql-jit refuses those in conditions: it can err with literals only.
  const hasFlag = oneIn(2);
  const pick = <T>(values: readonly T[]): T | undefined => values[below(Math.max(values.length, 1))];

  /** As JSON, or as a literal with variables in some positions. */
  const input = (type: GraphQLInputType, literal: boolean, depth: number): unknown => {
    if (!isNonNullType(type) && oneIn(8)) return literal ? 'null' : null;
    const plain = getNullableType(type);
    if (isListType(plain)) {
      if (oneIn(6)) return part(plain.ofType, literal, depth);
      const entries = Array.from({ length: below(3) }, () => part(plain.ofType, literal, depth));
      return literal ? `[${entries.join(', ')}]` : entries;
    }
    if (isInputObjectType(plain)) {
      const all = Object.values(plain.getFields());
      const chosen = plain.isOneOf
        ? [pick(all)].flatMap((field) => field ?? [])
        : all.filter(
            ({ type: inner, defaultValue }) =>
              (isNonNullType(inner) && defaultValue === undefined) || (depth < 3 && oneIn(3)),
          );
      const entries = chosen.map(({ name, type: inner }): [string, unknown] => [
        name,
        part(inner, literal, depth + 1),
      ]);
      return literal
        ? `{ ${entries.map(([name, value]) => `${name}: ${String(value)}`).join(', ')} }`
        : Object.fromEntries(entries);
    }
    if (isEnumType(plain)) {
      return pick(plain.getValues())?.name ?? '';
    }
    if (plain === GraphQLBoolean) return oneIn(2);
    if (plain === GraphQLInt || plain === GraphQLFloat || (plain === GraphQLID && oneIn(3)))
      return below(100);
    const text = pick(['129.90', 'https://example.com/a', '2026-11-23T10:15:30Z', 'x']) ?? 'x';
    return literal ? JSON.stringify(text) : text;
  };
  const part = (type: GraphQLInputType, literal: boolean, depth: number): unknown =>
    literal && oneIn(3) ? variable(type, depth) : input(type, literal, depth);

  /** Declares a variable, and gives it a value, null, a wrong value, or none. */
  const variable = (type: GraphQLInputType, depth: number): string => {
    const name = `v${(names += 1)}`;
    const fallback = oneIn(3) ? ` = ${String(withoutVariables(type, depth))}` : '';
    definitions.push(`$${name}: ${String(oneIn(4) ? getNullableType(type) : type)}${fallback}`);
    if (oneIn(30)) variables[name] = { wrong: true };
    else if (!oneIn(4)) variables[name] = input(type, false, depth);
    return `$${name}`;
  };
  const withoutVariables = (type: GraphQLInputType, depth: number): unknown => {
    const text = input(type, true, Math.max(depth, 3));
    return String(text).includes('$') ? 'null' : text;
  };

  const condition = (): string => {
    if (!conditional || !oneIn(2)) return '';
    const flag = !hasFlag || oneIn(3) ? String(oneIn(2)) : '$flag';
    if (flag === '$flag' && !('flag' in variables)) {
      definitions.push('$flag: Boolean!');
      variables['flag'] = oneIn(2);
    }
    return ` @${oneIn(2) ? 'skip' : 'include'}(if: ${flag})`;
  };

  const field = (type: GraphQLOutputType, depth: number): string => {
    const named = getNamedType(type);
    if (!('getFields' in named) || oneIn(9)) return `__typename${condition()}`;
    const fields = Object.values(named.getFields()).filter(
      (each) => 'args' in each && (depth < 4 || isLeafType(getNamedType(each.type))),
    );
    const chosen = pick(fields);
    if (!chosen || !('args' in chosen)) return '__typename';
    const given = chosen.args
      .filter(
        ({ type: inner, defaultValue }) => (isNonNullType(inner) && defaultValue === undefined) || oneIn(2),
      )
      .map(({ name, type: inner }) => `${name}: ${String(part(inner, true, 0))}`);
    const alias = oneIn(20)
      ? pick(['__proto__: ', 'constructor: ', 'toString: ', 'a_b: ', 'hasOwnProperty: ', 'idx0: '])
      : given.length > 0 || oneIn(4)
        ? `a${(names += 1)}: `
        : '';
    const inner = isCompositeType(getNamedType(chosen.type)) ? ` ${selection(chosen.type, depth + 1)}` : '';
    const args = given.length > 0 ? `(${given.join(', ')})` : '';
    return `${alias ?? ''}${chosen.name}${args}${condition()}${inner}`;
  };

  const selection = (type: GraphQLOutputType, depth: number): string => {
    const named = getNamedType(type);
    const parts = Array.from({ length: 1 + below(3) }, () => {
      if (depth > 5 || !oneIn(3)) return field(named, depth);
      const narrowed = isAbstractType(named) ? (pick(schema.getPossibleTypes(named)) ?? named) : named;
      if (oneIn(2)) return `... on ${narrowed.name}${condition()} ${selection(narrowed, depth + 1)}`;
      if (!fragments.has(narrowed.name)) {
        // The fragment must not contain itself.
        fragments.set(narrowed.name, '');
        fragments.set(narrowed.name, selection(narrowed, Math.max(depth, 3)));
      }
      return fragments.get(narrowed.name) === '' ? '__typename' : `...${narrowed.name}${condition()}`;
    });
    return `{ ${parts.join(' ')} }`;
  };

  const root = schema.getQueryType();
  const body = root ? selection(root, 0) : '';
  const head = definitions.length > 0 ? `query (${definitions.join(', ')})` : 'query';
  const tail = [...fragments].map(([name, set]) => `fragment ${name} on ${name} ${set}`);
  return { text: [`${head} ${body}`, ...tail].join('\n'), variables };
}
