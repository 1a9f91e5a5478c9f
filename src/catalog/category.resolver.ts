import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Category } from './category.types.js';

@Resolver(() => Category)
export class CategoryResolver {
  @Query(() => [Category], { description: 'The roots of the category tree.' })
  categories(@Ctx() { categories }: Context): Promise<Category[]> {
    return categories.roots();
  }

  @FieldResolver(() => Category, { nullable: true })
  parent(@Root() category: Category, @Ctx() { categories }: Context): Promise<Category | null> | null {
    return category.parentKey === null ? null : categories.byKey.load(category.parentKey);
  }

  @FieldResolver(() => [Category], { description: 'By name.' })
  children(@Root() category: Category, @Ctx() { categories }: Context): Promise<Category[]> {
    return categories.byParent.load(category.key);
  }
}
