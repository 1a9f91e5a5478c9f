import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { BOX_COST, BoxInput, IMAGE_COST, ImageInput } from '../images/image-input.types.js';
import { ItemBox } from '../images/box.types.js';
import { Image } from '../images/image.types.js';
import { ImageTrust } from '../images/image-trust.types.js';
import { PageInfo, PAGING } from '../graph/page-info.js';
import type { Counter } from '../catalog/facets/counter.js';
import type { ProductCondition } from '../catalog/product-filter.js';
import { Product } from '../catalog/product.types.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { Sku } from '../catalog/sku.types.js';
import { CHOSEN_COLOR_SHARE, DEFAULT_COLOR_SHARE } from '../vision/color-share.js';
import { Cost } from '../graph/cost.js';
import type { SearchPage } from './prove-page.js';
import type { QueryVector } from './query/query-vector.js';
import { TEXT_COST } from './visual-search.arguments.js';

/** Points of a reference: its vector is read from Postgres. */
const REFERENCE_COST = 50;
/** A board has up to eight vectors, and the index is asked about each. */
const BOARD_COST = 500;

@InputType({
  description: 'Something to compare with: exactly one of `image`, `product`, `board`, and `style`.',
})
export class VisualReferenceInput {
  @Cost(IMAGE_COST)
  @Field(() => ImageInput, { nullable: true, description: 'An image. Null when you pass another reference.' })
  image?: ImageInput | null;

  @Cost(BOX_COST)
  @Field(() => BoxInput, {
    nullable: true,
    description:
      'The part of `image` to look at. Null: the whole image, and if it is the only image in `like` and shows a person, the largest garment too; see SearchReport.region.',
  })
  box?: BoxInput | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of a product. Its look is the mean of its images. Null when you pass another reference.',
  })
  product?: string | null;

  @Cost(BOARD_COST)
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of a board that you may see. Results look like one of its positive pins and are closer to it than to any negative pin. Pinned products are left out. Null when you pass another reference.',
  })
  board?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The handle of a style, for example "vintage": what its products have in common and other products do not. See Query.styles. Combine it with a product at a weight of about 0.4 to find similar products with more of the style. Null when you pass another reference.',
  })
  style?: string | null;

  @Field(() => Float, {
    nullable: true,
    defaultValue: 1,
    description: 'How much this reference counts relative to the others: above 0, at most 100.',
  })
  weight?: number | null;
}

@InputType({
  description:
    'What to search for: what results should look like, what they should not look like, and words.',
})
export class VisualQueryInput {
  @Cost(REFERENCE_COST)
  @Field(() => [VisualReferenceInput], {
    description:
      'What results should look like. It can be empty if there is `text`: then the words alone determine the order.',
  })
  like!: VisualReferenceInput[];

  @Cost(REFERENCE_COST)
  @Field(() => [VisualReferenceInput], {
    nullable: true,
    defaultValue: [],
    description: 'What results should not look like.',
  })
  unlike?: VisualReferenceInput[] | null;

  @Field(() => Float, {
    nullable: true,
    description: `How much color counts in the similarity: from 0 (not at all) to 1 (color only). Null: ${DEFAULT_COLOR_SHARE}, or ${CHOSEN_COLOR_SHARE} with \`colors\`.`,
  })
  color?: number | null;

  @Cost(REFERENCE_COST)
  @Field(() => [String], {
    nullable: true,
    defaultValue: [],
    description:
      'Colors that results should have instead of those of `like`, as #rrggbb, at most 4: results that are mostly of one of them come first. They leave nothing out: to do that, filter by color too. Without references, they have no effect.',
  })
  colors?: string[] | null;

  @Cost(TEXT_COST)
  @Field(() => String, {
    nullable: true,
    description:
      'Words to find in title, brand, category, attributes, and description, at most 200 characters. Up to five typos are corrected. Products need not contain all the words, but those that contain more come first. The text ranking is combined with the visual ranking by reciprocal rank fusion, 1,000 products deep. If the encoder embeds texts, the words are also compared with the pictures, so that words that no product has find what looks like them. Null: no words.',
  })
  text?: string | null;
}

export enum SearchStrategy {
  EXACT = 'EXACT',
  FILTERED_ANN = 'FILTERED_ANN',
}
registerEnumType(SearchStrategy, {
  name: 'SearchStrategy',
  description: 'How the vector index answered.',
  valuesConfig: {
    EXACT: { description: 'Compared the query with every image that passes the filter.' },
    FILTERED_ANN: {
      description:
        'Approximate: walked a graph of nearest neighbors. Fast with millions of images, but it may miss some.',
    },
  },
});

@ObjectType({ description: 'How a search was answered, for debugging and monitoring.' })
export class SearchReport {
  @Field(() => ItemBox, {
    nullable: true,
    description:
      'The part of the image that was searched for: the `box` of the query, or, in a photo of a person without a box, the largest garment. Then the whole photo was searched for too, and the better score counts. To search for another part, or for the whole photo alone, pass a box. Null when only the whole image was searched for, and for queries with no image or several.',
  })
  region!: ItemBox | null;

  @Field(() => ImageTrust, {
    nullable: true,
    description:
      'Whether an image of the query looks as if it was made to deceive the search; the least trusted one, if there are several. No result is refused for it, but see `byConsensus`. Null without an image, and when the encoder cannot tell.',
  })
  trust!: ImageTrust | null;

  @Field({
    description:
      'Whether a suspicious image (`trust.reason`) was not searched for as it is: without the part that looks like a patch, or by blurred copies that keep little noise. Then the results are less exact, and what the image was made for is usually not among them. An image of a product is searched for as it is.',
  })
  byConsensus!: boolean;

  @Field(() => DateTimeScalar, {
    description: 'The time of the database snapshot that every match was verified against.',
  })
  asOf!: Date;

  @Field(() => Int, {
    description:
      'The age of the oldest change that is not yet in the vector index, in milliseconds. 0 when there is none.',
  })
  indexLagMs!: number;

  @Field(() => SearchStrategy, { description: 'How the vector index answered.' })
  strategy!: SearchStrategy;

  @Field(() => Int, { description: 'The number of products that the index proposed.' })
  candidates!: number;

  @Field(() => Int, {
    description:
      'The number of candidates that the database did not confirm: no longer sellable, or no longer passing the filter.',
  })
  dropped!: number;

  @Field(() => Int, {
    description: 'How many additional requests to the index were needed to fill the page.',
  })
  refills!: number;

  @Field(() => String, { description: 'The image model, as name@version.' })
  encoder!: string;

  @Field(() => Float, { description: 'The duration of the search in milliseconds.' })
  tookMs!: number;
}

@ObjectType({ description: 'A product that matches a visual search, and its position in the list.' })
export class VisualMatchEdge {
  /** Computes `probability` on demand. */
  estimate!: () => Promise<number | null>;

  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Product, { description: 'The product.' })
  node!: Product;

  @Field(() => Float, {
    description:
      'The similarity of the best matching image, from -1 to 1: the cosine similarity of the embeddings and of the colors, weighted as in the query. With a board, the similarity to the nearest positive pin. When the query has only words, the cosine similarity of the image to the words, or 0 if the encoder embeds only images. With words or diversity, results are not ordered by score.',
  })
  score!: number;

  @Field(() => Image, {
    description:
      'The product image that matched. If it shows only SKUs that do not pass the filter, for example a color that is sold out, another image of the product that shows one that does.',
  })
  image!: Image;

  @Field(() => [Sku], {
    description:
      'The SKUs of the product that pass the filter: those in `image` first, and sellable ones first among these and the others.',
  })
  skus!: Sku[];
}

/** What the refinements of a search are found from. */
export interface RefinementBasis {
  /** The best 250 matches of the whole search, not just its page. */
  readonly best: () => Promise<SearchPage>;
  readonly condition: ProductCondition;
  /** What results should look like; null for a board, and for words alone. */
  readonly query: QueryVector | null;
}

@ObjectType({
  description:
    'A page of results of a visual search. Every product passed the filter in one database snapshot.',
})
export class VisualMatchConnection {
  /** Counts its products, and the values that they have, on demand. */
  counter!: Counter;

  /** What refinements are found from. */
  basis!: RefinementBasis;

  @Field(() => [VisualMatchEdge], { description: PAGING.edges })
  edges!: VisualMatchEdge[];

  @Field(() => [Product], { description: PAGING.nodes })
  nodes!: Product[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;

  @Field(() => SearchReport, { description: 'How the search was answered, for debugging and monitoring.' })
  search!: SearchReport;
}

@ObjectType({ description: 'A style of products in the catalog, for example "vintage".' })
export class Style {
  @Field(() => String, { description: 'The name to use in VisualReferenceInput.style.' })
  handle!: string;

  @Field(() => Int, { description: 'The number of products that have the style.' })
  productCount!: number;
}
