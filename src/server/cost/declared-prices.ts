import {
  getDirectiveValues,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  GraphQLString,
  isInputObjectType,
  isListType,
} from 'graphql';
import { z } from 'zod';
import { CHARS_A_POINT_EXTENSION, COST_DIRECTIVES } from '../../graph/cost.js';
import { CHARS_A_POINT } from '../limits.js';

/** What `@cost` says about an argument or an input field. */
export interface InputPrice {
  /** Null when nothing is declared: an input object costs one point, and anything else nothing. */
  readonly weight: number | null;
  /** Characters of a text that cost one point. */
  readonly charsAPoint: number;
  /** The fields of an input object; null for scalars and enums. A function, because input types may be recursive. */
  readonly fields: (() => ReadonlyMap<string, InputPrice>) | null;
}

/** What `@listSize` says about a field. */
export interface ListSize {
  readonly assumedSize: number | null;
  /** Arguments that limit the list, as paths. */
  readonly slicingArguments: readonly (readonly [name: string, ...path: string[]])[];
  /** The fields of the returned object that are such lists. */
  readonly sizedFields: ReadonlySet<string>;
}

/** What the directives of a field say. */
export interface FieldPrice {
  readonly weight: number;
  readonly isList: boolean;
  /** A text that is more than a point has a weight that assumes its length. */
  readonly isText: boolean;
  readonly listSize: ListSize | null;
  readonly args: ReadonlyMap<string, InputPrice>;
}

const DEFAULT_WEIGHT = 1;

const cost = z.object({ weight: z.int().min(0) });
const listSize = z.object({
  assumedSize: z.int().min(0).nullish(),
  slicingArguments: z.array(z.string()).nullish(),
  sizedFields: z.array(z.string()).nullish(),
});

const prices = new WeakMap<GraphQLField<unknown, unknown>, FieldPrice>();
const inputPrices = new WeakMap<GraphQLInputObjectType, ReadonlyMap<string, InputPrice>>();

/** The price of a field of the schema, by its directives. */
export function priceOfField(field: GraphQLField<unknown, unknown>): FieldPrice {
  const known = prices.get(field);
  if (known) return known;
  const weight = weightOf(field) ?? DEFAULT_WEIGHT;
  const isList = isListType(getNullableType(field.type));
  const price = {
    weight,
    isList,
    isText: !isList && getNamedType(field.type).name === GraphQLString.name && weight > DEFAULT_WEIGHT,
    listSize: listSizeOf(field),
    args: new Map(field.args.map((arg) => [arg.name, priceOfInput(arg)])),
  };
  prices.set(field, price);
  return price;
}

const charsAPoint = z.number().positive().default(CHARS_A_POINT);

function priceOfInput(input: Pick<GraphQLInputField, 'astNode' | 'extensions' | 'type'>): InputPrice {
  const type = getNamedType(input.type);
  return {
    weight: weightOf(input),
    charsAPoint: charsAPoint.parse(input.extensions[CHARS_A_POINT_EXTENSION]),
    fields: isInputObjectType(type) ? () => pricesWithin(type) : null,
  };
}

function pricesWithin(type: GraphQLInputObjectType): ReadonlyMap<string, InputPrice> {
  const known = inputPrices.get(type);
  if (known) return known;
  const within = new Map(
    Object.values(type.getFields()).map((field) => [field.name, priceOfInput(field)] as const),
  );
  inputPrices.set(type, within);
  return within;
}

type Annotated = Pick<GraphQLInputField | GraphQLField<unknown, unknown>, 'astNode'>;

function weightOf(element: Annotated): number | null {
  const values = valuesOf('cost', element);
  return values === null ? null : cost.parse(values).weight;
}

function listSizeOf(element: Annotated): ListSize | null {
  const values = valuesOf('listSize', element);
  if (values === null) return null;
  const { assumedSize, slicingArguments, sizedFields } = listSize.parse(values);
  return {
    assumedSize: assumedSize ?? null,
    slicingArguments: (slicingArguments ?? []).map((path) => {
      const [name = path, ...rest] = path.split('.');
      return [name, ...rest];
    }),
    sizedFields: new Set(sizedFields),
  };
}

function valuesOf(directive: string, { astNode }: Annotated): Record<string, unknown> | null {
  const definition = COST_DIRECTIVES.find(({ name }) => name === directive);
  return (definition && astNode && getDirectiveValues(definition, astNode)) ?? null;
}
