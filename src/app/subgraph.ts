import {
  extendSchema,
  type FieldDefinitionNode,
  getDirectiveValues,
  type GraphQLSchema,
  parse,
  print,
  type TypeNode,
  visit,
} from 'graphql';
import { z } from 'zod';
import { offered } from '../catalog/offers.js';
import { Product } from '../catalog/product.types.js';
import { Sku } from '../catalog/sku.types.js';
import { RequestError } from '../errors.js';
import { readKey } from '../graph/node.js';
import { EVERYONE, guardAdded } from '../graph/requires.js';
import { Context } from '../graph/request-context.js';
import { printedDocument, sortedDocument } from './printed-schema.js';

/** A router asks for what a page of another subgraph shows, at most a few hundred. */
const MAX_REPRESENTATIONS = 1_000;

/** Points of each of them. Those of a type are read with one statement. */
const ENTITY_COST = 2;

/** Points of the schema: it is a long text. */
const SERVICE_COST = 500;

/** The first version with `@cost` and `@listSize`. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@key", "@listSize", "@shareable"])';

/** What a router of Federation 2 needs to know of a type. Every subgraph with lists in pages has the same PageInfo. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Product: '@key(fields: "id")',
  Sku: '@key(fields: "id")',
  PageInfo: '@shareable',
};

const SUBGRAPH = parse(`
  "An object that represents an entity: \`__typename\` and \`id\`."
  scalar _Any

  "The types that other subgraphs can refer to."
  union _Entity = Product | Sku

  "This subgraph, for the router."
  type _Service {
    "The schema, with the directives of Federation 2."
    sdl: String!
  }

  extend type Query {
    "This subgraph, for the router."
    _service: _Service! @cost(weight: ${SERVICE_COST})
    "The entities that the router asks for, in the order of their representations. An entry is null if there is none, or the channel does not offer it."
    _entities(
      "At most ${MAX_REPRESENTATIONS} objects with the \`__typename\` and \`id\` of an entity."
      representations: [_Any!]!
    ): [_Entity]! @cost(weight: ${ENTITY_COST}) @listSize(slicingArguments: ["representations"], requireOneSlicingArgument: false)
  }
`);

const argumentsOfEntities = z.object({ representations: z.array(z.unknown()) });
const slicing = z.object({ slicingArguments: z.array(z.string()).optional() });
const representation = z.object({ __typename: z.enum(['Product', 'Sku']), id: z.string() });

/** The schema as a subgraph of Apollo Federation 2: other subgraphs can refer to products and SKUs by their id. */
export function asSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const sdl = printForRouter(schema);
  const subgraph = extendSchema(schema, SUBGRAPH, { assumeValid: true });
  const fields = subgraph.getQueryType()?.getFields();
  const service = fields?.['_service'];
  const entities = fields?.['_entities'];
  const entity = subgraph.getType('_Entity');
  if (!service || !entities || !entity || !('resolveType' in entity))
    throw new Error('SUBGRAPH declares these');
  service.resolve = () => ({ sdl });
  entities.resolve = (_source, args: unknown, context: unknown) => {
    if (!(context instanceof Context)) throw new TypeError('a query has a context');
    return readEntities(context, argumentsOfEntities.parse(args).representations);
  };
  guardAdded(service, EVERYONE);
  guardAdded(entities, 'catalog:read');
  entity.resolveType = (value: unknown) => (value instanceof Product ? 'Product' : 'Sku');
  return subgraph;
}

function printForRouter(schema: GraphQLSchema): string {
  const listSize = schema.getDirective('listSize');
  const isForRouter = (field: FieldDefinitionNode): boolean => {
    const values = listSize && getDirectiveValues(listSize, field);
    const { slicingArguments = [] } = slicing.parse(values ?? {});
    return slicingArguments.every((name) =>
      field.arguments?.some((argument) => argument.name.value === name && isInt(argument.type)),
    );
  };
  const document = visit(sortedDocument(schema), {
    // Composition refuses costs here; those of the objects count.
    InterfaceTypeDefinition: (type) => ({
      ...type,
      fields: type.fields?.map((field) => without('cost', field)) ?? [],
    }),
    // It also refuses sizes by the length of an argument: the router assumes its own `list_size` for those.
    FieldDefinition: (field) => (isForRouter(field) ? undefined : without('listSize', field)),
  });
  const sdl = printedDocument(document).replaceAll(
    /^type (\w+)[^{]*/gm,
    (head, name: string) => `${head}${DIRECTIVES[name] ?? ''} `,
  );
  return `${LINK}\n\n${sdl}`;
}

const without = (name: string, field: FieldDefinitionNode): FieldDefinitionNode => ({
  ...field,
  directives: field.directives?.filter((applied) => applied.name.value !== name) ?? [],
});

const isInt = (type: TypeNode): boolean => /^Int!?$/.test(print(type));

async function readEntities(
  context: Context,
  representations: readonly unknown[],
): Promise<(Product | Sku | Error | null)[]> {
  if (representations.length > MAX_REPRESENTATIONS) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `${representations.length} representations are too many: ask for ${MAX_REPRESENTATIONS} at a time.`,
    );
  }
  const { products, skus } = await context.inChannel();
  const read = async (given: unknown): Promise<Product | Sku | null> => {
    const { data } = representation.safeParse(given);
    if (data === undefined) {
      throw new RequestError(
        'BAD_USER_INPUT',
        'A representation must be an object with the `__typename` Product or Sku, and its `id`.',
      );
    }
    const key = readKey(data.__typename, data.id);
    if (key === null) return null;
    return data.__typename === 'Product'
      ? offered(context, await products.byKey.load(key))
      : skus.byKey.load(key);
  };
  // An error fails only its own entry.
  return Promise.all(
    representations.map((given) =>
      read(given).catch((thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)))),
    ),
  );
}
