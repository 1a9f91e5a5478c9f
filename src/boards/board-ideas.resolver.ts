import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Float, Info, Int, Resolver, Root } from 'type-graphql';
import { ON_ERROR } from '../graph/on-error.js';
import type { SearchServices } from '../search/search-services.js';
import { PAGING } from '../graph/page-info.js';
import { ProductFilter, WHERE } from '../catalog/product-filter.types.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { searchReads, visualSearch } from '../search/visual-search.js';
import { DEFAULT_FIRST, DIVERSITY } from '../search/visual-search.arguments.js';
import { VisualMatchConnection } from '../search/visual-search.types.js';
import { Board } from './board.types.js';
import { Cost, Paged } from '../graph/cost.js';

/** Enough to separate the colorways of one garment; the most similar products still come first. */
const DEFAULT_DIVERSITY = 0.3;
/** Points of a search with up to eight vectors, which by default also keeps similar products apart. */
const IDEAS_COST = 1_500;

@Resolver(() => Board)
export class BoardIdeasResolver {
  constructor(private readonly services: SearchServices) {}

  @Requires('catalog:read')
  @Cost(IDEAS_COST)
  @Paged()
  @FieldResolver(() => VisualMatchConnection, {
    nullable: true,
    description: `Products that look like a positive pin, are closer to it than to any negative pin, and can be bought now. Pinned products are left out. Empty when there is no positive pin to compare with. Adding or removing a pin starts a new search: cursors of the old one are no longer valid. ${ON_ERROR}`,
  })
  ideas(
    @Root() { uuid }: Board,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true, description: WHERE })
    where: ProductFilter | null | undefined,
    @Arg('diversity', () => Float, {
      nullable: true,
      defaultValue: DEFAULT_DIVERSITY,
      description: DIVERSITY,
    })
    diversity: number | null,
    @Info() info: GraphQLResolveInfo,
  ): Promise<VisualMatchConnection> {
    const { services } = this;
    return visualSearch(services, context, () => services.queryVectors.likeBoard(uuid), {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: diversity ?? DEFAULT_DIVERSITY,
      reads: searchReads(info),
    });
  }
}
