import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Brand } from '../catalog/brand.types.js';
import { Attribute, Product } from '../catalog/product.types.js';
import { ON_ERROR } from '../graph/on-error.js';
import type { Context } from '../graph/request-context.js';
import { Identification } from '../identify/identification.types.js';
import { Style } from '../search/visual-search.types.js';
import type { FactLoaders } from './fact-loaders.js';
import { Fact } from './fact.types.js';
import { factsFor, MAX_FACTS } from './facts-for.js';
import { AssumedSize, Cost } from '../graph/cost.js';

/** Points of a fact: the graph is traversed to find it. */
const FACT_COST = 1;
const ORDER = `Most informative first, at most ${MAX_FACTS}. ${ON_ERROR}`;

@Resolver(() => Product)
export class ProductFactsResolver {
  constructor(private readonly loaders: FactLoaders) {}

  @Cost(FACT_COST)
  @AssumedSize(MAX_FACTS)
  @FieldResolver(() => [Fact], {
    nullable: true,
    description: `Facts about who makes the product and where, and about its style, era, and materials. ${ORDER}`,
  })
  facts(@Root() product: Product, @Ctx() context: Context): Promise<Fact[]> {
    return factsFor(this.loaders.of(context), { product: product.key });
  }
}

@Resolver(() => Brand)
export class BrandFactsResolver {
  constructor(private readonly loaders: FactLoaders) {}

  @Cost(FACT_COST)
  @AssumedSize(MAX_FACTS)
  @FieldResolver(() => [Fact], {
    nullable: true,
    description: `Facts about the brand: who makes it and where. ${ORDER}`,
  })
  facts(@Root() { handle }: Brand, @Ctx() context: Context): Promise<Fact[]> {
    return factsFor(this.loaders.of(context), { brand: handle });
  }
}

@Resolver(() => Attribute)
export class AttributeFactsResolver {
  constructor(private readonly loaders: FactLoaders) {}

  @Cost(FACT_COST)
  @AssumedSize(MAX_FACTS)
  @FieldResolver(() => [Fact], {
    nullable: true,
    description: `Facts about the value, such as a material, style, or era. ${ORDER}`,
  })
  facts(@Root() { name, value }: Attribute, @Ctx() context: Context): Promise<Fact[]> {
    return factsFor(this.loaders.of(context), { labels: [{ kind: name, value }] });
  }
}

@Resolver(() => Style)
export class StyleFactsResolver {
  constructor(private readonly loaders: FactLoaders) {}

  @Cost(FACT_COST)
  @AssumedSize(MAX_FACTS)
  @FieldResolver(() => [Fact], {
    nullable: true,
    description: `Facts about the style and its history. ${ORDER}`,
  })
  facts(@Root() { handle }: Style, @Ctx() context: Context): Promise<Fact[]> {
    return factsFor(this.loaders.of(context), { labels: [{ kind: 'style', value: handle }] });
  }
}

@Resolver(() => Identification)
export class IdentificationFactsResolver {
  constructor(private readonly loaders: FactLoaders) {}

  @Cost(FACT_COST)
  @AssumedSize(MAX_FACTS)
  @FieldResolver(() => [Fact], {
    nullable: true,
    description: `Facts about the matched product and the labels. ${ORDER}`,
  })
  facts(@Root() { match, labels }: Identification, @Ctx() context: Context): Promise<Fact[]> {
    return factsFor(this.loaders.of(context), { product: match?.node.key ?? null, labels });
  }
}
