import { Arg, Ctx, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql';
import { ProductFilter } from '../catalog/product-filter.types.js';
import type { Context } from '../graph/request-context.js';
import { visualSearch } from '../search/visual-search.js';
import { DEFAULT_FIRST, DIVERSITY, SEARCH_COST } from '../search/visual-search.resolver.js';
import { VisualMatchConnection } from '../search/visual-search.types.js';
import { Board } from './board.types.js';

/** Enough that colorways of one garment do not stand side by side; what is most alike still comes first. */
const DEFAULT_DIVERSITY = 0.3;

@Resolver(() => Board)
export class BoardIdeasResolver {
  @FieldResolver(() => VisualMatchConnection, {
    complexity: SEARCH_COST,
    description:
      'Products that look like one of the pins, and as like to no negative one, that can be bought now; nothing that is pinned. None while there is nothing to look like. A pin that comes or goes makes it another search, with cursors of its own.',
  })
  ideas(
    @Root() { uuid }: Board,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true }) where: ProductFilter | null | undefined,
    @Arg('diversity', () => Float, {
      nullable: true,
      defaultValue: DEFAULT_DIVERSITY,
      description: DIVERSITY,
    })
    diversity: number | null,
  ): Promise<VisualMatchConnection> {
    const { queryVectors } = context.services;
    return visualSearch(context, () => queryVectors.likeBoard(uuid), {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: diversity ?? DEFAULT_DIVERSITY,
    });
  }
}
