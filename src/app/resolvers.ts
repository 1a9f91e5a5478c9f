import { BoardIdeasResolver } from '../boards/board-ideas.resolver.js';
import { BoardResolver, PinResolver } from '../boards/board.resolver.js';
import { BrandResolver } from '../catalog/brand.resolver.js';
import { CategoryResolver } from '../catalog/category.resolver.js';
import { ChannelResolver } from '../catalog/channel.resolver.js';
import { ProductEdgeResolver } from '../catalog/product-edge.resolver.js';
import { DesignJobResolver, DesignResolver } from '../design/design.resolver.js';
import { FacetResolver, ProductCountsResolver } from '../catalog/facets/facet.resolver.js';
import { LocationResolver } from '../catalog/location.resolver.js';
import { ProductResolver } from '../catalog/product.resolver.js';
import { SkuResolver } from '../catalog/sku.resolver.js';
import { SuggestionsResolver } from '../catalog/suggestions.resolver.js';
import { ProductWriteResolver } from '../catalog/write/product-write.resolver.js';
import { HoldLineResolver, HoldResolver } from '../holds/hold.resolver.js';
import { HoldTimesResolver } from '../holds/hold-times.resolver.js';
import { IdentifyResolver } from '../identify/identify.resolver.js';
import { RefinementsResolver } from '../identify/refinements.resolver.js';
import { ImageResolver } from '../images/image.resolver.js';
import { ImageJobResolver } from '../images/jobs/image-job.resolver.js';
import { QuarantineResolver } from '../images/quarantine/quarantine.resolver.js';
import { AvailabilityChangedResolver } from '../inventory/availability-changed.resolver.js';
import {
  AvailabilityResolver,
  ProductAvailabilityResolver,
  SkuAvailabilityResolver,
} from '../inventory/availability.resolver.js';
import { PriceRangeResolver, SkuPriceResolver } from '../pricing/price.resolver.js';
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
import { WatchEventResolver, WatchResolver } from '../watches/watch.resolver.js';
import { NodeResolver } from './node.resolver.js';
import type { Services } from './services.js';

type ResolverClass = new (...args: never[]) => object;
type Make = (services: Services) => object;

/** The resolvers of the schema, and how to make each from the services that it needs. */
export const RESOLVERS: ReadonlyMap<ResolverClass, Make> = new Map<ResolverClass, Make>([
  [AttributeFactsResolver, ({ facts }) => new AttributeFactsResolver(facts)],
  [AvailabilityChangedResolver, () => new AvailabilityChangedResolver()],
  [AvailabilityResolver, () => new AvailabilityResolver()],
  [ProductAvailabilityResolver, () => new ProductAvailabilityResolver()],
  [SkuAvailabilityResolver, () => new SkuAvailabilityResolver()],
  [PriceRangeResolver, () => new PriceRangeResolver()],
  [SkuPriceResolver, () => new SkuPriceResolver()],
  [BrandResolver, () => new BrandResolver()],
  [BrandFactsResolver, ({ facts }) => new BrandFactsResolver(facts)],
  [BoardIdeasResolver, (services) => new BoardIdeasResolver(services)],
  [BoardResolver, (services) => new BoardResolver(services)],
  [CategoryResolver, () => new CategoryResolver()],
  [ChannelResolver, ({ loaders }) => new ChannelResolver(loaders)],
  [DesignJobResolver, (services) => new DesignJobResolver(services)],
  [DesignResolver, (services) => new DesignResolver(services)],
  [FacetResolver, () => new FacetResolver()],
  [HoldLineResolver, () => new HoldLineResolver()],
  [HoldResolver, (services) => new HoldResolver(services)],
  [HoldTimesResolver, ({ guests }) => new HoldTimesResolver(guests)],
  [IdentificationFactsResolver, ({ facts }) => new IdentificationFactsResolver(facts)],
  [IdentifyResolver, (services) => new IdentifyResolver(services)],
  [ImageJobResolver, ({ db }) => new ImageJobResolver(db)],
  [QuarantineResolver, ({ db }) => new QuarantineResolver(db)],
  [RefinementsResolver, (services) => new RefinementsResolver(services)],
  [ImageResolver, () => new ImageResolver()],
  [LocationResolver, () => new LocationResolver()],
  [LookItemResolver, (services) => new LookItemResolver(services)],
  [LookResolver, (services) => new LookResolver(services)],
  [NodeResolver, (services) => new NodeResolver(services)],
  [PinResolver, () => new PinResolver()],
  [PricesResolver, ({ db }) => new PricesResolver(db)],
  [ProductEdgeResolver, () => new ProductEdgeResolver()],
  [ProductCountsResolver, () => new ProductCountsResolver()],
  [ProductFactsResolver, ({ facts }) => new ProductFactsResolver(facts)],
  [ProductResolver, () => new ProductResolver()],
  [ProductWriteResolver, (services) => new ProductWriteResolver(services)],
  [SimilarProductsResolver, (services) => new SimilarProductsResolver(services)],
  [SkuMatchResolver, (services) => new SkuMatchResolver(services)],
  [SkuResolver, () => new SkuResolver()],
  [StockResolver, ({ db }) => new StockResolver(db)],
  [SuggestionsResolver, () => new SuggestionsResolver()],
  [StyleFactsResolver, ({ facts }) => new StyleFactsResolver(facts)],
  [VisualMatchEdgeResolver, () => new VisualMatchEdgeResolver()],
  [VisualSearchResolver, (services) => new VisualSearchResolver(services)],
  [WatchEventResolver, (services) => new WatchEventResolver(services)],
  [WatchResolver, (services) => new WatchResolver(services)],
]);
