import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Float, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { ON_ERROR } from '../graph/on-error.js';
import { PAGING } from '../graph/page-info.js';
import { ProductFilter, WHERE } from '../catalog/product-filter.types.js';
import { Product } from '../catalog/product.types.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { readStyles } from './query/styles.store.js';
import { BEST } from './search-counter.js';
import type { SearchServices } from './search-services.js';
import {
  DEFAULT_FIRST,
  DIVERSITY,
  DIVERSITY_COST,
  MIN_SCORE,
  SEARCH_COST,
  SORT,
  SORT_COST,
} from './visual-search.arguments.js';
import { searchReads, visualSearch } from './visual-search.js';
import { VisualSearchSort } from './visual-search-sort.types.js';
import { Style, VisualMatchEdge, VisualMatchConnection, VisualQueryInput } from './visual-search.types.js';
import { AssumedSize, Cost, Paged, SizedBy } from '../graph/cost.js';
import { checkFacets, USUAL_FACETS } from '../catalog/facets/check-facets.js';
import { FACET_COST, FACETS_BY, TOTAL_COST } from '../catalog/facets/facet-arguments.js';
import { Count, Facet, FacetInput } from '../catalog/facets/facet.types.js';
import { selects } from '../graph/selects.js';

/** Fields that need the best matches of the whole search. */
const COUNTING = new Set(['facets', 'totalCount', 'refinements']);
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
    @Cost(SORT_COST)
    @Arg('sort', () => VisualSearchSort, {
      nullable: true,
      defaultValue: VisualSearchSort.LIKENESS,
      description: SORT,
    })
    sort: VisualSearchSort | null,
    @Info() info: GraphQLResolveInfo,
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
      sort: sort ?? VisualSearchSort.LIKENESS,
      reads: searchReads(info),
      isCounted: selects(info, COUNTING),
    });
  }

  @Requires('catalog:read')
  @Cost(STYLES_COST)
  @AssumedSize(STYLES)
  @Query(() => [Style], { nullable: true, description: 'The styles of the catalog, most frequent first.' })
  styles(): Promise<Style[]> {
    return readStyles(this.services.db);
  }

  @Cost(FACET_COST)
  @SizedBy('by', [], USUAL_FACETS)
  @FieldResolver(() => [Facet], {
    nullable: true,
    description: `Ways to narrow the search, in the order of \`by\`, also those that no match has. Counted over the best ${BEST} matches of the whole search, not just this page; price ranges fit these matches. In a database snapshot that is at least as new as the page. ${ON_ERROR}`,
  })
  facets(
    @Root() { counter }: VisualMatchConnection,
    @Arg('by', () => [FacetInput], { nullable: true, description: FACETS_BY })
    by: FacetInput[] | null | undefined,
  ): Promise<readonly Facet[]> {
    return counter.facets(checkFacets(by ?? null));
  }

  @Cost(TOTAL_COST)
  @FieldResolver(() => Count, {
    nullable: true,
    description: `The number of matches of the whole search, not just this page, in a database snapshot that is at least as new as the page. Exact for up to ${BEST}; give \`minScore\` to end the search where similarity does. ${ON_ERROR}`,
  })
  totalCount(@Root() { counter }: VisualMatchConnection): Promise<Count> {
    return counter.total();
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
    @Cost(SORT_COST)
    @Arg('sort', () => VisualSearchSort, {
      nullable: true,
      defaultValue: VisualSearchSort.LIKENESS,
      description: SORT,
    })
    sort: VisualSearchSort | null,
    @Info() info: GraphQLResolveInfo,
  ): Promise<VisualMatchConnection> {
    const { services } = this;
    return visualSearch(services, context, () => services.queryVectors.likeProduct(product.key), {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: diversity ?? 0,
      minScore: minScore ?? null,
      sort: sort ?? VisualSearchSort.LIKENESS,
      reads: searchReads(info),
      isCounted: selects(info, COUNTING),
    });
  }
}
