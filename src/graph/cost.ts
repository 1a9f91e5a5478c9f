import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import { Directive, Extensions } from 'type-graphql';

/**
 * The cost directives that IBM specified and routers read. The weight is an Int, as in Apollo Federation: IBM's draft
 * has a String.
 */
export const COST_DIRECTIVES: readonly GraphQLDirective[] = [
  new GraphQLDirective({
    name: 'cost',
    description: 'The cost of a field, an argument, or an input field, in points.',
    locations: [
      DirectiveLocation.ARGUMENT_DEFINITION,
      DirectiveLocation.ENUM,
      DirectiveLocation.FIELD_DEFINITION,
      DirectiveLocation.INPUT_FIELD_DEFINITION,
      DirectiveLocation.OBJECT,
      DirectiveLocation.SCALAR,
    ],
    args: {
      weight: {
        type: new GraphQLNonNull(GraphQLInt),
        description:
          'The points for each time the field is returned or the argument is passed; in a list, for each entry.',
      },
    },
  }),
  new GraphQLDirective({
    name: 'listSize',
    description: 'How many entries of a list to assume when the cost of an operation is estimated.',
    locations: [DirectiveLocation.FIELD_DEFINITION],
    args: {
      assumedSize: { type: GraphQLInt, description: 'The number of entries when no argument limits it.' },
      slicingArguments: {
        type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
        description: 'Arguments that limit the list: a number, or a list with one entry for each result.',
      },
      sizedFields: {
        type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
        description: 'The fields of the returned object that are such a list. Null: the field itself is.',
      },
      requireOneSlicingArgument: {
        type: GraphQLBoolean,
        defaultValue: true,
        description: 'Whether exactly one of the slicing arguments must be passed.',
      },
    },
  }),
];

/** What a field, an argument, or an input field costs, in points. Without it, each field costs one point. */
export const Cost = (weight: number): ReturnType<typeof Directive> => Directive(`@cost(weight: ${weight})`);

/** The extension of an input field whose text costs more than others. */
export const CHARS_A_POINT_EXTENSION = 'charsAPoint';

/** A text that takes work for each of its characters. The directives cannot say this: only the gateway adds it. */
export const TextCost = (charsAPoint: number): ReturnType<typeof Extensions> =>
  Extensions({ [CHARS_A_POINT_EXTENSION]: charsAPoint });

/** A list with at most this many entries, or about this many. */
export const AssumedSize = (entries: number): ReturnType<typeof Directive> =>
  Directive(`@listSize(assumedSize: ${entries})`);

/**
 * A list with as many entries as the argument says, which is a number or a list. A dot leads to a field of an input
 * object. With `fields`, these fields of the returned object are such lists. Without the argument, it has `assumed` entries.
 */
export const SizedBy = (
  argument: string,
  fields: readonly string[] = [],
  assumed: number | null = null,
): ReturnType<typeof Directive> => {
  const size = assumed === null ? '' : `assumedSize: ${assumed}, `;
  const sized = fields.length > 0 ? `, sizedFields: ${JSON.stringify(fields)}` : '';
  // Optional arguments have defaults, and older routers do not count a list as a slicing argument.
  return Directive(
    `@listSize(${size}slicingArguments: ["${argument}"]${sized}, requireOneSlicingArgument: false)`,
  );
};

/** A connection with `first` entries. */
export const Paged = (): ReturnType<typeof Directive> => SizedBy('first', ['edges', 'nodes']);

/** Points of a root field that runs a few statements. */
export const READ_COST = 100;
