import 'reflect-metadata';
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLString,
  type GraphQLSchema,
  specifiedDirectives,
} from 'graphql';
import { buildSchemaSync, getMetadataStorage, type PubSub } from 'type-graphql';
import { BoardIdeasResolver } from '../boards/board-ideas.resolver.js';
import { BoardResolver, PinResolver } from '../boards/board.resolver.js';
import { Brand } from '../catalog/brand.types.js';
import { CategoryResolver } from '../catalog/category.resolver.js';
import { ChannelResolver } from '../catalog/channel.resolver.js';
import { ImageResolver } from '../images/image.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { ProductResolver } from '../catalog/product.resolver.js';
import { ProductWriteResolver } from '../catalog/write/product-write.resolver.js';
import { SkuResolver } from '../catalog/sku.resolver.js';
import { HoldLineResolver, HoldResolver } from '../holds/hold.resolver.js';
import { IdentifyResolver } from '../identify/identify.resolver.js';
import { AvailabilityChangedResolver } from '../inventory/availability-changed.resolver.js';
import { ImageJobResolver } from '../images/jobs/image-job.resolver.js';
import { AvailabilityResolver } from '../inventory/availability.resolver.js';
import { StockLocation } from '../inventory/availability.types.js';
import { StockResolver } from '../inventory/stock.resolver.js';
import {
  AttributeFactsResolver,
  BrandFactsResolver,
  IdentificationFactsResolver,
  ProductFactsResolver,
  StyleFactsResolver,
} from '../knowledge/fact.resolver.js';
import { LookItemResolver, LookResolver } from '../look/look.resolver.js';
import { PricesResolver } from '../pricing/prices.resolver.js';
import {
  SimilarProductsResolver,
  VisualMatchEdgeResolver,
  VisualSearchResolver,
} from '../search/visual-search.resolver.js';
import { SkuMatchResolver } from '../sku-match/sku-match.resolver.js';

const inContext = new GraphQLDirective({
  name: 'inContext',
  description:
    'Runs the operation in this channel instead of the channel of the API key or the default channel.',
  locations: [DirectiveLocation.QUERY, DirectiveLocation.MUTATION, DirectiveLocation.SUBSCRIPTION],
  args: { channel: { type: new GraphQLNonNull(GraphQLString), description: 'The handle of a channel.' } },
});

/** type-graphql asks for one, also where each subscription brings its events with it. */
const noPubSub: PubSub = {
  publish: () => refusePubSub(),
  subscribe: () => refusePubSub(),
};

function refusePubSub(): never {
  throw new Error('a subscription has no `subscribe`: there are no topics here');
}

/** The schema of the gateway; its resolvers expect a Context (context.ts). */
export function createSchema(): GraphQLSchema {
  // type-graphql would wrap every field in a call, where the compiled operation reads a property.
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers = true;
  const schema = buildSchemaSync({
    resolvers: [
      AttributeFactsResolver,
      AvailabilityChangedResolver,
      AvailabilityResolver,
      BrandFactsResolver,
      BoardIdeasResolver,
      BoardResolver,
      CategoryResolver,
      ChannelResolver,
      HoldLineResolver,
      HoldResolver,
      IdentificationFactsResolver,
      IdentifyResolver,
      ImageJobResolver,
      ImageResolver,
      LookItemResolver,
      LookResolver,
      NodeResolver,
      PinResolver,
      PricesResolver,
      ProductFactsResolver,
      ProductResolver,
      ProductWriteResolver,
      SimilarProductsResolver,
      SkuMatchResolver,
      SkuResolver,
      StockResolver,
      StyleFactsResolver,
      VisualMatchEdgeResolver,
      VisualSearchResolver,
    ],
    orphanedTypes: [Brand, StockLocation],
    directives: [...specifiedDirectives, inContext],
    pubSub: noPubSub,
    validate: false,
  });
  describeRoots(schema);
  return schema;
}

/** type-graphql makes the root types itself, and gives them no descriptions. */
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
    'The entry points for writing. What the caller can correct is in `userErrors`; a field that fails otherwise is null and has an error.',
  );
  describe(schema.getSubscriptionType(), 'The entry points for following changes, over WebSocket.');
}
