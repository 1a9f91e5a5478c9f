import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Cost } from '../../graph/cost.js';
import { PageInfo, PAGING } from '../../graph/page-info.js';
import { DateTimeScalar } from '../../graph/scalars.js';
import { IdempotentInput } from '../../mutation/idempotent-input.types.js';
import { USER_ERRORS, UserError } from '../../mutation/user-error.types.js';
import { ImageTrust } from '../image-trust.types.js';

/** Points of each image to release: the images of its product are written to the index again. */
const RELEASE_COST = 10;

@ObjectType({
  description:
    'An image of a product that looks as if it was made to deceive the search. It is neither shown nor searched for; its product can be bought, and is found by words and by its other images.',
})
export class QuarantinedImage {
  @Field(() => ID, {
    description: 'The id of the image, for imagesRelease. There is no such Image until it is released.',
  })
  imageId!: string;

  @Field(() => String, { description: "The merchant's key of the product." })
  productHandle!: string;

  @Field(() => String, { description: 'The link that the image came from, or the id of the upload.' })
  link!: string;

  @Field(() => ImageTrust, { description: 'How unusual it looks to the encoder, and why it is here.' })
  trust!: ImageTrust;

  @Field(() => String, { description: 'The image model that found it suspicious, as name@version.' })
  encoder!: string;

  @Field(() => DateTimeScalar, {
    description: 'Since when. Images with the same bytes came together, in whichever product.',
  })
  quarantinedAt!: Date;

  @Field(() => Boolean, {
    description:
      'Whether the product has other images. Without any, it is in lists without an image, and in no results of a visual search.',
  })
  hasOthers!: boolean;
}

@ObjectType({ description: 'An image in quarantine and its position in the list.' })
export class QuarantinedImageEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => QuarantinedImage, { description: PAGING.node })
  node!: QuarantinedImage;
}

@ObjectType({
  description: 'A page of images in quarantine, in the order in which they came into the catalog.',
})
export class QuarantinedImageConnection {
  @Field(() => [QuarantinedImageEdge], { description: PAGING.edges })
  edges!: QuarantinedImageEdge[];

  @Field(() => [QuarantinedImage], { description: PAGING.nodes })
  nodes!: QuarantinedImage[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}

@InputType({ description: 'Images to release from quarantine.' })
export class ImagesReleaseInput extends IdempotentInput {
  @Cost(RELEASE_COST)
  @Field(() => [ID], { description: 'QuarantinedImage.imageId, from 1 to 250.' })
  imageIds!: string[];
}

@ObjectType({ description: 'The result of imagesRelease.' })
export class ImagesReleasePayload {
  @Field(() => [ID], {
    description:
      'The ids of the images that are released, in the order of the input, also if they were before. Empty when there are user errors.',
  })
  releasedIds!: string[];

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
