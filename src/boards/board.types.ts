import { toGlobalId } from 'graphql-relay';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Image } from '../images/image.types.js';
import { Node } from '../graph/node.js';
import { PageInfo, PAGING } from '../graph/page-info.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../mutation/user-error.types.js';
import { IMAGE_COST, ImageInput } from '../images/image-input.types.js';
import { Cost } from '../graph/cost.js';

@ObjectType({
  implements: Node,
  description:
    'A collection of products and images that someone likes or dislikes. Anyone who has the id of a board that was created without an API key and a shopper token can read and change it, so keep the id secret. No list shows the board.',
})
export class Board extends Node {
  uuid!: string;
  number!: number;

  override get id(): string {
    return toGlobalId('Board', this.uuid);
  }

  @Field(() => String, { description: 'The title, from 1 to 200 characters.' })
  title!: string;

  @Field(() => DateTimeScalar, { description: 'When the board was created.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When the title or the pins last changed.' })
  updatedAt!: Date;
}

@ObjectType({ implements: Node, description: 'A product or an uploaded image on a board.' })
export class Pin extends Node {
  productKey!: number | null;
  upload!: Image | null;

  @Field(() => Boolean, {
    description: 'True: the board wants ideas like this. False: it wants ideas unlike this.',
  })
  positive!: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was pinned.' })
  createdAt!: Date;
}

@ObjectType({ description: 'A pin and its position in the list.' })
export class PinEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Pin, { description: PAGING.node })
  node!: Pin;
}

@ObjectType({ description: 'A page of pins, newest first.' })
export class PinConnection {
  @Field(() => [PinEdge], { description: PAGING.edges })
  edges!: PinEdge[];

  @Field(() => [Pin], { description: PAGING.nodes })
  nodes!: Pin[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'A board and its position in the list.' })
export class BoardEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Board, { description: PAGING.node })
  node!: Board;
}

@ObjectType({ description: 'A page of boards, newest first.' })
export class BoardConnection {
  @Field(() => [BoardEdge], { description: PAGING.edges })
  edges!: BoardEdge[];

  @Field(() => [Board], { description: PAGING.nodes })
  nodes!: Board[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}

@InputType({ description: 'A board to create.' })
export class BoardCreateInput extends IdempotentInput {
  @Field(() => String, { description: 'The title, from 1 to 200 characters.' })
  title!: string;
}

@InputType({ description: 'A board to rename.' })
export class BoardUpdateInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the board.' })
  board!: string;

  @Field(() => String, { description: 'The new title, from 1 to 200 characters.' })
  title!: string;
}

@InputType({ description: 'A board to delete together with its pins.' })
export class BoardDeleteInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the board.' })
  board!: string;
}

@InputType({ description: 'What to pin: exactly one of `product` and `image`.' })
export class PinAddInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the board.' })
  board!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of a product of the channel. Null when you pin an image.',
  })
  product?: string | null;

  @Cost(IMAGE_COST)
  @Field(() => ImageInput, {
    nullable: true,
    description: 'The image to pin, kept for as long as it is pinned. Null when you pin a product.',
  })
  image?: ImageInput | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'True: find ideas like this. False: find ideas unlike this. If the product or image is already pinned, its pin changes to this value.',
  })
  positive?: boolean | null;
}

@InputType({ description: 'A pin to remove from its board.' })
export class PinRemoveInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the board.' })
  board!: string;

  @Field(() => ID, { description: 'The id of the pin.' })
  pin!: string;
}

@ObjectType({ description: 'The result of a change to a board.' })
export class BoardPayload {
  @Field(() => Board, {
    nullable: true,
    description:
      'The board as it is now. Null when there are user errors, or when the board has since been deleted.',
  })
  board!: Board | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}

@ObjectType({ description: 'The result of boardDelete.' })
export class BoardDeletePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the deleted board. Null when there are user errors.',
  })
  deletedBoardId!: string | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
