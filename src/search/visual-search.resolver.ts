import { Arg, Ctx, FieldResolver, Float, Int, Query, Resolver, Root } from 'type-graphql';
import { ON_ERROR } from '../graph/on-error.js';
import { PAGING } from '../graph/page-info.js';
import { ProductFilter, WHERE } from '../catalog/product-filter.types.js';
import { Product } from '../catalog/product.types.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { readStyles } from './query/styles.store.js';
import type { SearchServices } from './search-services.js';
import {
  DEFAULT_FIRST,
  DIVERSITY,
  DIVERSITY_COST,
  MIN_SCORE,
  SEARCH_COST,
} from './visual-search.arguments.js';
import { visualSearch } from './visual-search.js';
import {
  Facet,
  Style,
  VisualMatchEdge,
  VisualMatchConnection,
  VisualQueryInput,
} from './visual-search.types.js';
import { AssumedSize, Cost, Paged } from '../graph/cost.js';

/** Category, brand, color, size, and price. */
const FACETS = 5;
/** Of each facet: together they prove about ten pages. */
const FACETS_COST = 500;
/** It reads the attributes of every product. */
const STYLES_COST = 20;
/** A catalog has a few dozen styles. */
const STYLES = 30;

@Resolver(() => VisualMatchConnection)
export class VisualSearchResolver {
  constructor(private readonly services: SearchServices) {}

  @Requires('catalog:read')
  @Cost(SEARCH_COST)
  @Paged()
  @Query(() => VisualMatchConnection, {
    nullable: true,
    description:
      'Finds products that look like the query and can be bought now. Every match is verified against the database in the same request. Pagination has no gaps or duplicates even while stock changes.',
  })
  visualSearch(
    @Ctx() context: Context,
    @Arg('query', () => VisualQueryInput, { description: 'What to search for.' }) query: VisualQueryInput,
    @Arg('where', () => ProductFilter, { nullable: true, description: WHERE })
    where: ProductFilter | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
    @Cost(DIVERSITY_COST)
    @Arg('diversity', () => Float, {
      nullable: true,
      defaultValue: 0,
      description: DIVERSITY,
    })
    diversity: number | null,
    @Arg('minScore', () => Float, { nullable: true, description: MIN_SCORE })
    minScore: number | null | undefined,
  ): Promise<VisualMatchConnection> {
    const { services } = this;
    const { loaders, caller, signal } = context;
    const sources = { ...services, images: loaders.images, caller, signal };
    const resolve = () => services.queryVectors.resolve(query, sources);
    return visualSearch(services, context, resolve, {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      text: query.text ?? null,
      diversity: diversity ?? 0,
      minScore: minScore ?? null,
    });
  }

  @Requires('catalog:read')
  @Cost(STYLES_COST)
  @AssumedSize(STYLES)
  @Query(() => [Style], { nullable: true, description: 'The styles of the catalog, most frequent first.' })
  styles(): Promise<Style[]> {
    return readStyles(this.services.db);
  }

  @Cost(FACETS_COST)
  @AssumedSize(FACETS)
  @FieldResolver(() => [Facet], {
    nullable: true,
    description: `Counts over the best 250 matches of the whole search, not just this page. Counted after the page, in a separate database snapshot. ${ON_ERROR}`,
  })
  facets(@Root() connection: VisualMatchConnection): Promise<Facet[]> {
    return connection.countFacets();
  }
}

@Resolver(() => VisualMatchEdge)
export class VisualMatchEdgeResolver {
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'The calibrated probability that this is the exact product in the image, from 0 to 1: of matches with 0.8, 80% are. It depends on the query and the catalog, but not on the filter or on stock. It is calibrated for queries with one image. For other queries it says how far the product stands out from all others. Null when the image model has no calibration, and when the query has only words.',
  })
  probability(@Root() match: VisualMatchEdge): Promise<number | null> {
    return match.estimate();
  }
}

@Resolver(() => Product)
export class SimilarProductsResolver {
  constructor(private readonly services: SearchServices) {}

  @Cost(SEARCH_COST)
  @Paged()
  @FieldResolver(() => VisualMatchConnection, {
    nullable: true,
    description: `Other products that look like this one and can be bought now. Empty while the images of this product are not processed. ${ON_ERROR}`,
  })
  similar(
    @Root() product: Product,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true, description: WHERE })
    where: ProductFilter | null | undefined,
    @Cost(DIVERSITY_COST)
    @Arg('diversity', () => Float, {
      nullable: true,
      defaultValue: 0,
      description: DIVERSITY,
    })
    diversity: number | null,
    @Arg('minScore', () => Float, { nullable: true, description: MIN_SCORE })
    minScore: number | null | undefined,
  ): Promise<VisualMatchConnection> {
    const { services } = this;
    return visualSearch(services, context, () => services.queryVectors.likeProduct(product.key), {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: diversity ?? 0,
      minScore: minScore ?? null,
    });
  }
}
