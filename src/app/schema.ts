import 'reflect-metadata';
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLObjectType,
  GraphQLString,
  type GraphQLSchema,
  specifiedDirectives,
} from 'graphql';
import { buildSchemaSync, getMetadataStorage, type PubSub } from 'type-graphql';
import { Brand } from '../catalog/brand.types.js';
import { COST_DIRECTIVES } from '../graph/cost.js';
import { LanguageCodeScalar } from '../graph/language.js';
import { declareDefaultCosts } from './default-costs.js';
import { RESOLVERS } from './resolvers.js';
import type { Services } from './services.js';
import { boundSuggestions } from '../graph/suggestions.js';
import { guardFields } from '../graph/requires.js';
import { bindDesignProgress } from '../design/design.resolver.js';
import { bindWatchEvents } from '../watches/watch.resolver.js';
import { bindAvailabilityChanged } from '../inventory/availability-changed.resolver.js';
import { StockLocation } from '../catalog/location.types.js';

const inContext = new GraphQLDirective({
  name: 'inContext',
  description:
    'Runs the operation in this channel and language, instead of the first channel of the API key or the default channel, and the language of the channel. A key that is for other channels is refused with FORBIDDEN.',
  locations: [DirectiveLocation.QUERY, DirectiveLocation.MUTATION, DirectiveLocation.SUBSCRIPTION],
  args: {
    channel: { type: GraphQLString, description: 'The handle of a channel.' },
    language: {
      type: LanguageCodeScalar,
      description:
        "The language of titles, descriptions, and text searches. A product without a text in it has that of the channel's language, or else its own. Null: the language of the channel.",
    },
  },
});

/** type-graphql requires a PubSub, even though every subscription here supplies its own events. */
const noPubSub: PubSub = {
  publish: () => refusePubSub(),
  subscribe: () => refusePubSub(),
};

function refusePubSub(): never {
  throw new Error('a subscription has no `subscribe`: there are no topics here');
}

/**
 * The schema of the gateway; its resolvers expect a Context (graph/request-context.ts). Without services, the schema
 * can be printed but not executed.
 */
export function createSchema(services: Services | null = null): GraphQLSchema {
  refuseSecondDeclarations();
  // Otherwise type-graphql wraps every field in a call; with this, the compiled operation reads the property
  // directly.
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers = true;
  const [first, ...others] = RESOLVERS.keys();
  if (first === undefined) throw new Error('a schema has resolvers');
  const schema = buildSchemaSync({
    resolvers: [first, ...others],
    orphanedTypes: [Brand, StockLocation],
    directives: [...specifiedDirectives, ...COST_DIRECTIVES, inContext],
    pubSub: noPubSub,
    validate: false,
    container: containerOf(services),
  });
  if (services !== null) {
    bindAvailabilityChanged(schema, services.availability);
    bindDesignProgress(schema, services);
    bindWatchEvents(schema, services);
  }
  boundSuggestions(schema);
  guardFields(schema);
  describeRoots(schema);
  declareDefaultCosts(schema);
  return schema;
}

/**
 * When a field is both a property with `@Field` and a `@FieldResolver`, type-graphql takes its type, nullability, and
 * description from the property, and silently drops those of the resolver.
 */
function refuseSecondDeclarations(): void {
  const { fields, fieldResolvers, resolverClasses } = getMetadataStorage();
  for (const { kind, target, schemaName, getType } of fieldResolvers) {
    if (kind !== 'external') continue;
    const type = resolverClasses.find((resolver) => resolver.target === target)?.getObjectType();
    const isDeclared = fields.some(
      (field) =>
        field.target === type &&
        field.schemaName === schemaName &&
        // When it builds a schema, type-graphql adds the resolver's declaration to the fields.
        field.getType !== getType,
    );
    if (isDeclared) {
      throw new Error(
        `${type?.name}.${schemaName} is declared twice: delete the @Field of its property, so that the @FieldResolver counts.`,
      );
    }
  }
}

/** Gives type-graphql the single instance of each resolver. */
function containerOf(services: Services | null): { get(type: unknown): object } {
  const instances = new Map<unknown, object>(
    services === null ? [] : [...RESOLVERS].map(([type, make]) => [type, make(services)]),
  );
  return {
    get(type) {
      const instance = instances.get(type);
      if (instance === undefined) throw new Error('a schema without services answers nothing');
      return instance;
    },
  };
}

/** type-graphql creates the root types itself, without descriptions. */
function describeRoots(schema: GraphQLSchema): void {
  const describe = (type: GraphQLObjectType | null | undefined, description: string): void => {
    if (type != null) type.description = description;
  };
  describe(
    schema.getQueryType(),
    'The entry points for reading. A field that fails is null and has an error.',
  );
  describe(
    schema.getMutationType(),
    'The entry points for writing. Errors that the caller can correct are in `userErrors`. A field that fails for any other reason is null and has an error.',
  );
  describe(schema.getSubscriptionType(), 'The entry points for following changes, over WebSocket.');
}
