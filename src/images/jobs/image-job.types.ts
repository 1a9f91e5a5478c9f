import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../../graph/node.js';
import { PageInfo, PAGING } from '../../graph/page-info.js';
import { DateTimeScalar } from '../../graph/scalars.js';
import { ImageJobState } from './image-job-state.js';

registerEnumType(ImageJobState, {
  name: 'ImageJobState',
  description: 'The state of an image job.',
  valuesConfig: {
    WAITING: {
      description:
        'The image will be downloaded and processed as soon as possible, and retried after a failure.',
    },
    DEAD: { description: 'No more attempts will be made. To retry, upsert the product with the same image.' },
  },
});

@ObjectType({
  implements: Node,
  description: 'An image of a product that is not yet downloaded and processed.',
})
export class ImageJob extends Node {
  @Field(() => String, { description: "The merchant's key of the product." })
  productHandle!: string;

  @Field(() => String, { description: 'The URL of the image, or the id of the upload.' })
  link!: string;

  @Field(() => ImageJobState, { description: 'The state of the job.' })
  state!: ImageJobState;

  @Field(() => Int, { description: 'The number of attempts so far, including one in progress.' })
  attempts!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last attempt failed. Null when none has failed.',
  })
  lastError!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the next attempt is due. Null when the state is DEAD.',
  })
  nextAttemptAt!: Date | null;

  @Field(() => DateTimeScalar, { description: 'When the job was created.' })
  createdAt!: Date;
}

@ObjectType({ description: 'An image job and its position in the list.' })
export class ImageJobEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => ImageJob, { description: PAGING.node })
  node!: ImageJob;
}

@ObjectType({ description: 'A page of image jobs, oldest first.' })
export class ImageJobConnection {
  @Field(() => [ImageJobEdge], { description: PAGING.edges })
  edges!: ImageJobEdge[];

  @Field(() => [ImageJob], { description: PAGING.nodes })
  nodes!: ImageJob[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}
