import { Arg, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Cost, SizedBy } from '../../graph/cost.js';
import { ON_ERROR } from '../../graph/on-error.js';
import { ProductConnection } from '../product.types.js';
import { checkFacets, USUAL_FACETS } from './check-facets.js';
import { MAX_VALUES } from './count.store.js';
import { firstBuckets } from './describe-facet.js';
import { FACET_COST, FACETS_BY, TOTAL_COST } from './facet-arguments.js';
import { Count, Facet, FacetBucket, FacetInput } from './facet.types.js';
import { COUNT_LIMITS } from './kept-counts.js';

/** What fits beside a list without scrolling. */
const DEFAULT_FIRST = 20;

@Resolver(() => ProductConnection)
export class ProductCountsResolver {
  @Cost(FACET_COST)
  @SizedBy('by', [], USUAL_FACETS)
  @FieldResolver(() => [Facet], {
    nullable: true,
    description: `Ways to narrow the whole list, not just this page: in the order of \`by\`, also those that no product has. The counts are in a database snapshot that is at least as new as the page. ${ON_ERROR}`,
  })
  facets(
    @Root() { counter }: ProductConnection,
    @Arg('by', () => [FacetInput], { nullable: true, description: FACETS_BY })
    by: FacetInput[] | null | undefined,
  ): Promise<readonly Facet[]> {
    return counter.facets(checkFacets(by ?? null));
  }

  @Cost(TOTAL_COST)
  @FieldResolver(() => Count, {
    nullable: true,
    description: `The number of products of the whole list, in a database snapshot that is at least as new as the page. Exact up to ${COUNT_LIMITS.mostExamined.toLocaleString('en')} SKUs. ${ON_ERROR}`,
  })
  totalCount(@Root() { counter }: ProductConnection): Promise<Count> {
    return counter.total();
  }
}

@Resolver(() => Facet)
export class FacetResolver {
  @SizedBy('first')
  @FieldResolver(() => [FacetBucket], {
    description:
      'The values that the filter has and the most frequent others. Sizes are in the order of sizes and price ranges ascend; other values come most frequent first.',
  })
  buckets(
    @Root() facet: Facet,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_FIRST,
      description: `The number of values to return, from 1 to ${MAX_VALUES}. \`valueCount\` says whether it cut any off.`,
    })
    first: number | null,
  ): FacetBucket[] {
    return firstBuckets(facet, first ?? DEFAULT_FIRST);
  }
}
