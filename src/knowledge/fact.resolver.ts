import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Brand } from '../catalog/brand.types.js';
import { Attribute, Product } from '../catalog/product.types.js';
import type { Context } from '../graph/request-context.js';
import { Identification } from '../identify/identification.types.js';
import { Style } from '../search/visual-search.types.js';
import { Fact } from './fact.types.js';
import { factsFor } from './facts-for.js';

/** A walk through the graph; its statements serve everything that the request asks facts of. */
const FACTS_COST = 20;
const ORDER = 'Most informative first, at most 24.';

@Resolver(() => Product)
export class ProductFactsResolver {
  @FieldResolver(() => [Fact], {
    complexity: FACTS_COST,
    description: `Facts about who makes the product and where, and about its style, era and materials. ${ORDER}`,
  })
  facts(@Root() product: Product, @Ctx() { facts }: Context): Promise<Fact[]> {
    return factsFor(facts, { product: product.key });
  }
}

@Resolver(() => Brand)
export class BrandFactsResolver {
  @FieldResolver(() => [Fact], {
    complexity: FACTS_COST,
    description: `Facts about the brand: who makes it and where. ${ORDER}`,
  })
  facts(@Root() { handle }: Brand, @Ctx() { facts }: Context): Promise<Fact[]> {
    return factsFor(facts, { brand: handle });
  }
}

@Resolver(() => Attribute)
export class AttributeFactsResolver {
  @FieldResolver(() => [Fact], {
    complexity: FACTS_COST,
    description: `Facts about the value, such as a material, style or era. ${ORDER}`,
  })
  facts(@Root() { name, value }: Attribute, @Ctx() { facts }: Context): Promise<Fact[]> {
    return factsFor(facts, { labels: [{ kind: name, value }] });
  }
}

@Resolver(() => Style)
export class StyleFactsResolver {
  @FieldResolver(() => [Fact], {
    complexity: FACTS_COST,
    description: `Facts about the style and its history. ${ORDER}`,
  })
  facts(@Root() { handle }: Style, @Ctx() { facts }: Context): Promise<Fact[]> {
    return factsFor(facts, { labels: [{ kind: 'style', value: handle }] });
  }
}

@Resolver(() => Identification)
export class IdentificationFactsResolver {
  @FieldResolver(() => [Fact], {
    complexity: FACTS_COST,
    description: `Facts about the matched product and the labels. ${ORDER}`,
  })
  facts(@Root() { match, labels }: Identification, @Ctx() { facts }: Context): Promise<Fact[]> {
    return factsFor(facts, { product: match?.node.key ?? null, labels });
  }
}
