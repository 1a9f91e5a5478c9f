import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { Cost, Paged, READ_COST } from '../graph/cost.js';
import { PAGING } from '../graph/page-info.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { Brand, BrandConnection } from './brand.types.js';
import { listBrands } from './list-brands.js';

const DEFAULT_FIRST = 50;

@Resolver(() => Brand)
export class BrandResolver {
  @Requires('catalog:read')
  @Cost(READ_COST)
  @Paged()
  @Query(() => BrandConnection, {
    nullable: true,
    description:
      'The brands of which the channel offers a product, by name. A page looks at 500 brands: it can have fewer than `first` brands although there is a next page.',
  })
  brands(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<BrandConnection> {
    return listBrands(context, { first: first ?? DEFAULT_FIRST, after: after ?? null });
  }
}
