import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../../graph/node.js';
import { PageInfo } from '../../graph/page-info.js';
import { DateTimeScalar } from '../../graph/scalars.js';
import { ImageJobState } from './image-job-state.js';

registerEnumType(ImageJobState, {
  name: 'ImageJobState',
  description: 'What becomes of an image that is not in yet.',
  valuesConfig: {
    WAITING: { description: 'It is fetched and encoded as soon as may be, and tried again when that fails.' },
    DEAD: { description: 'It was given up. Upsert its product with the same image to try it again.' },
  },
});

@ObjectType({
  implements: Node,
  description: 'An image that a product shall have and does not have yet.',
})
export class ImageJob extends Node {
  @Field(() => String)
  productHandle!: string;

  @Field(() => String, { description: 'The URL, or the id of the upload.' })
  link!: string;

  @Field(() => ImageJobState)
  state!: ImageJobState;

  @Field(() => Int)
  attempts!: number;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed.' })
  lastError!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null for one that was given up.' })
  nextAttemptAt!: Date | null;

  @Field(() => DateTimeScalar)
  createdAt!: Date;
}

@ObjectType({ description: 'An image job in a page.' })
export class ImageJobEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => ImageJob)
  node!: ImageJob;
}

@ObjectType({ description: 'A page of image jobs.' })
export class ImageJobConnection {
  @Field(() => [ImageJobEdge])
  edges!: ImageJobEdge[];

  @Field(() => [ImageJob])
  nodes!: ImageJob[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
