import { toGlobalId } from 'graphql-relay';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Image } from '../images/image.types.js';
import { Node } from '../graph/node.js';
import { PageInfo } from '../graph/page-info.js';
import { DateTimeScalar } from '../graph/scalars.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { MutationError } from '../mutation/user-error.types.js';
import { ImageInput } from '../images/image-input.types.js';

@ObjectType({
  implements: Node,
  description:
    'What somebody likes and dislikes, pinned in one place. One that was made without an API key can be read and changed by whoever has its id, and is in no list: keep the id to yourself.',
})
export class Board extends Node {
  uuid!: string;
  number!: number;

  override get id(): string {
    return toGlobalId('Board', this.uuid);
  }

  @Field(() => String)
  title!: string;

  @Field(() => DateTimeScalar)
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When its title or its pins changed last.' })
  updatedAt!: Date;
}

@ObjectType({
  implements: Node,
  description: 'A product or an uploaded image on a board. Its id is what pinRemove takes.',
})
export class Pin extends Node {
  productKey!: number | null;
  upload!: Image | null;

  @Field(() => Boolean, { description: 'False: ideas are to be unlike it.' })
  positive!: boolean;

  @Field(() => DateTimeScalar)
  createdAt!: Date;
}

@ObjectType({ description: 'A pin in a page.' })
export class PinEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Pin)
  node!: Pin;
}

@ObjectType({ description: 'A page of pins, the newest first.' })
export class PinConnection {
  @Field(() => [PinEdge])
  edges!: PinEdge[];

  @Field(() => [Pin])
  nodes!: Pin[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'A board in a page.' })
export class BoardEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Board)
  node!: Board;
}

@ObjectType({ description: 'A page of boards, the newest first.' })
export class BoardConnection {
  @Field(() => [BoardEdge])
  edges!: BoardEdge[];

  @Field(() => [Board])
  nodes!: Board[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@InputType({ description: 'A new board.' })
export class BoardCreateInput extends IdempotentInput {
  @Field(() => String, { description: 'From 1 to 200 characters.' })
  title!: string;
}

@InputType({ description: 'A new title for a board.' })
export class BoardUpdateInput extends IdempotentInput {
  @Field(() => ID)
  board!: string;

  @Field(() => String, { description: 'From 1 to 200 characters.' })
  title!: string;
}

@InputType({ description: 'A board to delete, with its pins.' })
export class BoardDeleteInput extends IdempotentInput {
  @Field(() => ID)
  board!: string;
}

@InputType({ description: 'What to pin: exactly one of product and image.' })
export class PinAddInput extends IdempotentInput {
  @Field(() => ID)
  board!: string;

  @Field(() => ID, { nullable: true })
  product?: string | null;

  @Field(() => ImageInput, { nullable: true, description: 'It is kept as long as it is pinned.' })
  image?: ImageInput | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'False: ideas are to be unlike it. What is pinned already is turned.',
  })
  positive?: boolean | null;
}

@InputType({ description: 'A pin to take off its board.' })
export class PinRemoveInput extends IdempotentInput {
  @Field(() => ID)
  board!: string;

  @Field(() => ID)
  pin!: string;
}

@ObjectType({ description: 'The board as it is now, or why nothing was done.' })
export class BoardPayload {
  @Field(() => Board, { nullable: true })
  board!: Board | null;

  @Field(() => [MutationError])
  userErrors!: readonly MutationError[];
}

@ObjectType({ description: 'The board that is gone, or why nothing was done.' })
export class BoardDeletePayload {
  @Field(() => ID, { nullable: true })
  deletedBoardId!: string | null;

  @Field(() => [MutationError])
  userErrors!: readonly MutationError[];
}
