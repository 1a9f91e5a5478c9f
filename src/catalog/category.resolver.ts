import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { ON_ERROR } from '../graph/on-error.js';
import { Category } from './category.types.js';
import { AssumedSize, Cost } from '../graph/cost.js';

/** A shop has about this many departments. */
const ROOTS = 10;
/** Of each: all of them are read with one statement. */
const ROOT_COST = 2;

@Resolver(() => Category)
export class CategoryResolver {
  @Requires('catalog:read')
  @Cost(ROOT_COST)
  @AssumedSize(ROOTS)
  @Query(() => [Category], {
    nullable: true,
    description:
      'The top-level categories of the catalog, by name, whatever the channel offers in them. The facet CATEGORY of `products` has those with something to buy. A category that has had no products for an hour or two is removed.',
  })
  categories(@Ctx() { loaders: { categories } }: Context): Promise<Category[]> {
    return categories.roots();
  }

  @FieldResolver(() => Category, {
    nullable: true,
    description: 'The category above. Null for a top-level category.',
  })
  parent(
    @Root() category: Category,
    @Ctx() { loaders: { categories } }: Context,
  ): Promise<Category | null> | null {
    return category.parentKey === null ? null : categories.byKey.load(category.parentKey);
  }

  @FieldResolver(() => [Category], {
    nullable: true,
    description: `The categories directly below, by name. ${ON_ERROR}`,
  })
  children(@Root() category: Category, @Ctx() { loaders: { categories } }: Context): Promise<Category[]> {
    return categories.byParent.load(category.key);
  }
}
