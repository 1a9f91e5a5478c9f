import { Arg, Ctx, FieldResolver, Float, Int, Query, Resolver, Root } from 'type-graphql';
import { ProductFilter } from '../catalog/product-filter.types.js';
import { Product } from '../catalog/product.types.js';
import type { Context } from '../graph/request-context.js';
import { readStyles } from './query/styles.store.js';
import { visualSearch } from './visual-search.js';
import { Facet, Style, VisualMatch, VisualMatchConnection, VisualQuery } from './visual-search.types.js';

export const DEFAULT_FIRST = 24;
/** A search asks index and Postgres: it weighs as much as so many fields that are read. */
export const SEARCH_COST = 300;
export const DIVERSITY =
  'From 0, the most alike first, to 1: how much products are kept apart that look like one another. Above 0 scores do not fall from one match to the next.';
/** Proves some ten pages; the estimate multiplies it by the page's size, as it does all that a page holds. */
const FACETS_COST = 40;

@Resolver(() => VisualMatchConnection)
export class VisualSearchResolver {
  @Query(() => VisualMatchConnection, {
    complexity: SEARCH_COST,
    description:
      'What looks like this and can be bought now. Every match is verified against Postgres in the same request; pages go on without gap or duplicate while stock moves.',
  })
  visualSearch(
    @Ctx() context: Context,
    @Arg('query', () => VisualQuery) query: VisualQuery,
    @Arg('where', () => ProductFilter, { nullable: true }) where: ProductFilter | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('diversity', () => Float, {
      nullable: true,
      defaultValue: 0,
      description: DIVERSITY,
    })
    diversity: number | null,
  ): Promise<VisualMatchConnection> {
    const { services, images, caller } = context;
    const resolve = () => services.queryVectors.resolve(query, { ...services, images, caller });
    return visualSearch(context, resolve, {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      text: query.text ?? null,
      diversity: diversity ?? 0,
    });
  }

  @Query(() => [Style], { description: 'The styles that products of the catalog have, most frequent first.' })
  styles(@Ctx() { services }: Context): Promise<Style[]> {
    return readStyles(services.db);
  }

  @FieldResolver(() => [Facet], {
    complexity: FACETS_COST,
    description:
      'Counts over the best 250 matches of the whole search, not only of this page; read after the page, in a snapshot of its own.',
  })
  facets(@Root() connection: VisualMatchConnection): Promise<Facet[]> {
    return connection.countFacets();
  }
}

@Resolver(() => VisualMatch)
export class VisualMatchResolver {
  @FieldResolver(() => Float, {
    description:
      'Calibrated probability, from 0 to 1, that it is the very product in the image: of the matches that say 0.8, four in five are. It depends on the query and the catalog alone, neither on the filter nor on stock. It is calibrated for queries of one image. A query that is a product, a style, a board or a mixture is treated as if what it stands for were an image: then it tells how far one product stands out, and is near 0 where none does. Always 0 while the encoder has no calibration.',
  })
  probability(@Root() match: VisualMatch): Promise<number> {
    return match.estimate();
  }
}

@Resolver(() => Product)
export class SimilarProductsResolver {
  @FieldResolver(() => VisualMatchConnection, {
    complexity: SEARCH_COST,
    description:
      'Products that look like this one and can be bought now; none while its images are not encoded.',
  })
  similar(
    @Root() product: Product,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true }) where: ProductFilter | null | undefined,
    @Arg('diversity', () => Float, {
      nullable: true,
      defaultValue: 0,
      description: DIVERSITY,
    })
    diversity: number | null,
  ): Promise<VisualMatchConnection> {
    const { queryVectors } = context.services;
    return visualSearch(context, () => queryVectors.likeProduct(product.key), {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: diversity ?? 0,
    });
  }
}
