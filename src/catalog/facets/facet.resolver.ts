import { Arg, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Cost, SizedBy } from '../../graph/cost.js';
import { ON_ERROR } from '../../graph/on-error.js';
import { ProductConnection } from '../product.types.js';
import { checkFacets, USUAL_FACETS } from './check-facets.js';
import { MAX_VALUES } from './count.store.js';
import { firstBuckets } from './describe-facet.js';
import { FACET_COST, FACETS_BY, TOTAL_COST } from './facet-arguments.js';
import { Count, Facet, FacetBucket, FacetInput } from './facet.types.js';

/** What fits beside a list without scrolling. */
const DEFAULT_FIRST = 20;

@Resolver(() => ProductConnection)
export class ProductCountsResolver {
  @Cost(FACET_COST)
  @SizedBy('by', [], USUAL_FACETS)
  @FieldResolver(() => [Facet], {
    nullable: true,
    description: `Ways to narrow the whole list, not just this page: in the order of \`by\`, without those that no product has. The counts are exact, in a database snapshot that is at least as new as the page. ${ON_ERROR}`,
  })
  async facets(
    @Root() { counter }: ProductConnection,
    @Arg('by', () => [FacetInput], { nullable: true, description: FACETS_BY })
    by: FacetInput[] | null | undefined,
  ): Promise<readonly Facet[]> {
    return (await counter.facets(checkFacets(by ?? null))).filter(({ values }) => values.length > 0);
  }

  @Cost(TOTAL_COST)
  @FieldResolver(() => Count, {
    nullable: true,
    description: `The number of products of the whole list, in a database snapshot that is at least as new as the page. Exact up to 200,000 SKUs. ${ON_ERROR}`,
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
      description: `The number of values to return, at most ${MAX_VALUES}. \`valueCount\` says whether it cut any off.`,
    })
    first: number | null,
  ): FacetBucket[] {
    return firstBuckets(facet, first ?? DEFAULT_FIRST);
  }
}
