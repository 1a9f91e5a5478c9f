import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { BoxInput, ImageInput } from '../images/image-input.types.js';
import { Image } from '../images/image.types.js';
import { PageInfo } from '../graph/page-info.js';
import { Product } from '../catalog/product.types.js';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';
import { Sku } from '../catalog/sku.types.js';
import { DEFAULT_COLOR_SHARE } from '../vision/color-share.js';

@InputType({ description: 'Something to look like: exactly one of image, product, board, style.' })
export class VisualReference {
  @Field(() => ImageInput, { nullable: true })
  image?: ImageInput | null;

  @Field(() => BoxInput, {
    nullable: true,
    description: 'With image: only this part of it (the scarf in the look).',
  })
  box?: BoxInput | null;

  @Field(() => ID, { nullable: true, description: 'What the product looks like: the mean of its images.' })
  product?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A board of yours: something like one of its pins, and nothing as like a negative one. What is pinned is no answer.',
  })
  board?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What products of a style have in common, and others do not, for example "vintage"; see Query.styles. With a weight of some 0.4 beside a product: this, but more of that.',
  })
  style?: string | null;

  @Field(() => Float, {
    nullable: true,
    defaultValue: 1,
    description: 'How much it counts beside the others: above 0, up to 100.',
  })
  weight?: number | null;
}

@InputType({
  description:
    'What to find: something that looks like these, and not like those, and that the words are about.',
})
export class VisualQuery {
  @Field(() => [VisualReference], {
    description: 'At least one, unless there are words; with words alone the order is theirs.',
  })
  like!: VisualReference[];

  @Field(() => [VisualReference], { nullable: true, defaultValue: [] })
  unlike?: VisualReference[] | null;

  @Field(() => Float, {
    nullable: true,
    defaultValue: DEFAULT_COLOR_SHARE,
    description:
      'How much of what makes two images alike is their colors: from 0, any color, to 1, nothing but color.',
  })
  color?: number | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words to find in title, brand, category, attributes and description, up to 200 characters; mistyped ones are mended. Each counts, and products with more of them come first: their ranking is fused with the visual one by reciprocal ranks, 1,000 products deep.',
  })
  text?: string | null;
}

export enum SearchStrategy {
  EXACT = 'EXACT',
  FILTERED_ANN = 'FILTERED_ANN',
}
registerEnumType(SearchStrategy, {
  name: 'SearchStrategy',
  description: 'How the index answered.',
  valuesConfig: {
    EXACT: { description: 'Compared with every image that passes the filter.' },
    FILTERED_ANN: { description: 'Walked a graph of near neighbors: fast over millions, and may miss some.' },
  },
});

@ObjectType({ description: 'How the answer came about: for a debug page, and for an operator to alert on.' })
export class SearchReport {
  @Field(() => DateTimeScalar, {
    description: 'The Postgres snapshot that every match was verified against.',
  })
  asOf!: Date;

  @Field(() => Int, {
    description: 'Age of the oldest change that is not yet in the vector index; 0 when there is none.',
  })
  indexLagMs!: number;

  @Field(() => SearchStrategy)
  strategy!: SearchStrategy;

  @Field(() => Int, { description: 'Products that the index proposed.' })
  candidates!: number;

  @Field(() => Int, {
    description:
      'Candidates that the index called sellable and Postgres did not, or no longer knows as what the filter asks for.',
  })
  dropped!: number;

  @Field(() => Int, { description: 'How often the index was asked again to fill the page.' })
  refills!: number;

  @Field(() => String, { description: 'name@version of the image model.' })
  encoder!: string;

  @Field(() => Float)
  tookMs!: number;
}

@ObjectType({ description: 'A product that answers a visual search.' })
export class VisualMatch {
  /** Estimates `probability`, when it is asked for. */
  estimate!: () => Promise<number>;

  @Field(() => String)
  cursor!: string;

  @Field(() => Product)
  node!: Product;

  @Field(() => Float, {
    description:
      'Likeness of the best matching image, from -1 to 1: the cosine similarity of the embeddings and that of the colors, in the weights of the query; with a board, to the nearest of what its pins show; 0 where there are only words. With words or diversity, the order is not that of the scores.',
  })
  score!: number;

  @Field(() => Image, { description: 'The product image that matched.' })
  image!: Image;

  @Field(() => [Sku], { description: 'The SKUs of the product that pass the filter, sellable first.' })
  skus!: Sku[];
}

@ObjectType({ description: 'A value of a facet, and how many of the products have it.' })
export class FacetBucket {
  @Field(() => String, { description: 'What to give to the filter; for prices the range as text.' })
  value!: string;

  @Field(() => String, { description: 'What to show.' })
  label!: string;

  @Field(() => Int)
  count!: number;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'For prices: the lower end, for ProductFilter.price.min.',
  })
  min!: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'For prices: the upper end, for ProductFilter.price.max; null for the last band.',
  })
  max!: string | null;
}

@ObjectType({ description: 'A way to narrow a search.' })
export class Facet {
  @Field(() => String, { description: 'category, brand, color, size or price.' })
  name!: string;

  @Field(() => [FacetBucket], { description: 'Most frequent first; prices ascending.' })
  buckets!: FacetBucket[];
}

@ObjectType({
  description: 'A page of a visual ranking. Every product in it passed the filter in one Postgres snapshot.',
})
export class VisualMatchConnection {
  /** Counts the facets, when they are asked for. */
  countFacets!: () => Promise<Facet[]>;

  @Field(() => [VisualMatch])
  edges!: VisualMatch[];

  @Field(() => [Product])
  nodes!: Product[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => SearchReport)
  search!: SearchReport;
}

@ObjectType({ description: 'A style that products of the catalog have: a direction to search in.' })
export class Style {
  @Field(() => String, { description: 'The name to give to VisualReference.style.' })
  handle!: string;

  @Field(() => Int, { description: 'How many products have it.' })
  productCount!: number;
}
