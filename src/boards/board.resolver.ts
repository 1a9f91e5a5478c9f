import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { BoardServices } from './board-services.js';
import { Image } from '../images/image.types.js';
import { PAGING } from '../graph/page-info.js';
import { offered } from '../catalog/offers.js';
import { Product } from '../catalog/product.types.js';
import { ON_ERROR } from '../graph/on-error.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { addPin } from './add-pin.js';
import {
  Board,
  BoardConnection,
  BoardCreateInput,
  BoardDeleteInput,
  BoardDeletePayload,
  BoardPayload,
  BoardUpdateInput,
  Pin,
  PinAddInput,
  PinConnection,
  PinRemoveInput,
} from './board.types.js';
import { DesignBrief } from './brief.types.js';
import { boardPalette, designBrief } from './design-brief.js';
import { lookUpBoard } from './find-board.js';
import { listBoards, listPins } from './list-boards.js';
import { removePin } from './remove-pin.js';
import { createBoard, removeBoard, updateBoard } from './write-board.js';
import { AssumedSize, Cost, Paged, READ_COST } from '../graph/cost.js';

const DEFAULT_BOARDS = 20;
const DEFAULT_PINS = 50;
/** Points of a call that locks and writes rows. */
const WRITE_COST = 50;
const COLORS = 6;
/** Of each color: the colors of all pins are read, and up to 128 of them compared. */
const PALETTE_COST = 40;
/** It reads all pins, makes the palette, and queries the index about the pins that are images. */
const BRIEF_COST = 600;

@Resolver(() => Board)
export class BoardResolver {
  constructor(private readonly services: BoardServices) {}

  @Requires('boards')
  @Cost(READ_COST)
  @Query(() => Board, {
    nullable: true,
    description: 'The board with this id. Null if there is none or it is not yours.',
  })
  board(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the board.' }) id: string,
  ): Promise<Board | null> {
    return lookUpBoard(this.services.db, context, id);
  }

  @Requires('boards')
  @Cost(READ_COST)
  @Paged()
  @Query(() => BoardConnection, {
    nullable: true,
    description:
      'The boards of your API key and shopper, newest first. A board that was created without either is not in any list: keep its id.',
  })
  boards(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_BOARDS, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<BoardConnection> {
    return listBoards(this.services.db, context, { first: first ?? DEFAULT_BOARDS, after: after ?? null });
  }

  @Cost(READ_COST)
  @Paged()
  @FieldResolver(() => PinConnection, { nullable: true, description: `The pins, newest first. ${ON_ERROR}` })
  pins(
    @Root() board: Board,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_PINS, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<PinConnection> {
    return listPins(this.services.db, board, { first: first ?? DEFAULT_PINS, after: after ?? null });
  }

  @Cost(PALETTE_COST)
  @AssumedSize(COLORS)
  @FieldResolver(() => [String], {
    nullable: true,
    description: `The colors of the positive pins, most frequent first, at most 6, as "#rrggbb". Nearly identical colors count as one. ${ON_ERROR}`,
  })
  palette(@Root() board: Board): Promise<readonly string[]> {
    return boardPalette(this.services.db, board);
  }

  @Requires('catalog:read')
  @Cost(BRIEF_COST)
  @FieldResolver(() => DesignBrief, {
    nullable: true,
    description: `The board as a prompt for an image generator. It stays the same while the pins and the catalog stay the same. ${ON_ERROR}`,
  })
  brief(@Root() board: Board, @Ctx() context: Context): Promise<DesignBrief> {
    return designBrief(this.services, context, board);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => BoardPayload, {
    nullable: true,
    description:
      'Creates an empty board. It belongs to your API key and shopper, who can have 10,000 boards. Without either, it belongs to anyone who has its id and is deleted 90 days after its last change, and the room of a client address is limited.',
  })
  boardCreate(
    @Ctx() context: Context,
    @Arg('input', () => BoardCreateInput, { description: 'The board to create.' }) input: BoardCreateInput,
  ): Promise<BoardPayload> {
    return createBoard(this.services.db, context, input);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => BoardPayload, { nullable: true, description: 'Renames a board.' })
  boardUpdate(
    @Ctx() context: Context,
    @Arg('input', () => BoardUpdateInput, { description: 'The board and its new title.' })
    input: BoardUpdateInput,
  ): Promise<BoardPayload> {
    return updateBoard(this.services.db, context, input);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => BoardDeletePayload, {
    nullable: true,
    description: 'Deletes a board and its pins.',
  })
  boardDelete(
    @Ctx() context: Context,
    @Arg('input', () => BoardDeleteInput, { description: 'The board to delete.' }) input: BoardDeleteInput,
  ): Promise<BoardDeletePayload> {
    return removeBoard(this.services.db, context, input);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => BoardPayload, {
    nullable: true,
    description:
      'Pins a product or an image. A board holds at most 500 pins. If it is already pinned, sets `positive` on the existing pin.',
  })
  pinAdd(
    @Ctx() context: Context,
    @Arg('input', () => PinAddInput, { description: 'What to pin, and on which board.' }) input: PinAddInput,
  ): Promise<BoardPayload> {
    return addPin(this.services, context, input);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => BoardPayload, {
    nullable: true,
    description: 'Removes a pin from its board.',
  })
  pinRemove(
    @Ctx() context: Context,
    @Arg('input', () => PinRemoveInput, { description: 'The pin to remove.' }) input: PinRemoveInput,
  ): Promise<BoardPayload> {
    return removePin(this.services.db, context, input);
  }
}

@Resolver(() => Pin)
export class PinResolver {
  @Requires('catalog:read')
  @FieldResolver(() => Product, {
    nullable: true,
    description: 'The pinned product. Null for an image, and when the channel does not offer the product.',
  })
  product(@Root() { productKey }: Pin, @Ctx() context: Context): Promise<Product | null> {
    return pinnedProduct(context, productKey);
  }

  @Requires('catalog:read')
  @FieldResolver(() => Image, {
    nullable: true,
    description:
      'The pinned image, or the first image of the pinned product. Null when the product has none or the channel does not offer it.',
  })
  async image(@Root() { productKey, upload }: Pin, @Ctx() context: Context): Promise<Image | null> {
    const product = await pinnedProduct(context, productKey);
    return product === null
      ? upload
      : ((await context.loaders.images.byProduct.load(product.key))[0] ?? null);
  }
}

async function pinnedProduct(context: Context, productKey: number | null): Promise<Product | null> {
  if (productKey === null) return null;
  const { products } = await context.inChannel();
  return offered(context, await products.byKey.load(productKey));
}
