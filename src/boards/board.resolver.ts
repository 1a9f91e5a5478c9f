import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Image } from '../images/image.types.js';
import { offered } from '../catalog/product.resolver.js';
import { Product } from '../catalog/product.types.js';
import type { Context } from '../graph/request-context.js';
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
import { findBoard } from './find-board.js';
import { listBoards, listPins } from './list-boards.js';
import { removePin } from './remove-pin.js';
import { createBoard, removeBoard, updateBoard } from './write-board.js';

const DEFAULT_BOARDS = 20;
const DEFAULT_PINS = 50;
/** A call that locks and writes rows weighs as much as so many fields that are read. */
const WRITE_COST = 50;
const PALETTE_COST = 20;
/** Reads all pins, and asks the index about those that are images. */
const BRIEF_COST = 300;

@Resolver(() => Board)
export class BoardResolver {
  @Query(() => Board, {
    nullable: true,
    description: 'A board by its id; null where there is none, or it is not yours.',
  })
  board(@Ctx() { services, caller }: Context, @Arg('id', () => ID) id: string): Promise<Board | null> {
    return findBoard(services.db, caller, id);
  }

  @Query(() => BoardConnection, {
    description:
      'The boards of your API key, the newest first. Boards that were made without one are in no list: keep their ids.',
  })
  boards(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_BOARDS, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
  ): Promise<BoardConnection> {
    return listBoards(context, { first: first ?? DEFAULT_BOARDS, after: after ?? null });
  }

  @FieldResolver(() => PinConnection, { description: 'What is pinned, the newest first.' })
  pins(
    @Root() board: Board,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_PINS, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
  ): Promise<PinConnection> {
    return listPins(context, board, { first: first ?? DEFAULT_PINS, after: after ?? null });
  }

  @FieldResolver(() => [String], {
    complexity: PALETTE_COST,
    description:
      'The colors of the liked pins, at most 6, the most frequent first, like "#2f5d3a"; those that hardly differ to the eye are one.',
  })
  palette(@Root() board: Board, @Ctx() context: Context): Promise<string[]> {
    return boardPalette(context, board);
  }

  @FieldResolver(() => DesignBrief, {
    complexity: BRIEF_COST,
    description:
      'The board as a prompt for an image generator: what its pins share. The same as long as its pins and the catalog are the same.',
  })
  brief(@Root() board: Board, @Ctx() context: Context): Promise<DesignBrief> {
    return designBrief(context, board);
  }

  @Mutation(() => BoardPayload, {
    complexity: WRITE_COST,
    description:
      'Makes an empty board: with an API key one of its own, up to 10,000; without, one that is forgotten 90 days after its last change.',
  })
  boardCreate(
    @Ctx() context: Context,
    @Arg('input', () => BoardCreateInput) input: BoardCreateInput,
  ): Promise<BoardPayload> {
    return createBoard(context, input);
  }

  @Mutation(() => BoardPayload, { complexity: WRITE_COST, description: 'Gives a board another title.' })
  boardUpdate(
    @Ctx() context: Context,
    @Arg('input', () => BoardUpdateInput) input: BoardUpdateInput,
  ): Promise<BoardPayload> {
    return updateBoard(context, input);
  }

  @Mutation(() => BoardDeletePayload, {
    complexity: WRITE_COST,
    description: 'Deletes a board with its pins.',
  })
  boardDelete(
    @Ctx() context: Context,
    @Arg('input', () => BoardDeleteInput) input: BoardDeleteInput,
  ): Promise<BoardDeletePayload> {
    return removeBoard(context, input);
  }

  @Mutation(() => BoardPayload, {
    complexity: WRITE_COST,
    description: 'Pins a product or an image, up to 500 a board; what is pinned already is turned.',
  })
  pinAdd(
    @Ctx() context: Context,
    @Arg('input', () => PinAddInput) input: PinAddInput,
  ): Promise<BoardPayload> {
    return addPin(context, input);
  }

  @Mutation(() => BoardPayload, { complexity: WRITE_COST, description: 'Takes a pin off its board.' })
  pinRemove(
    @Ctx() context: Context,
    @Arg('input', () => PinRemoveInput) input: PinRemoveInput,
  ): Promise<BoardPayload> {
    return removePin(context, input);
  }
}

@Resolver(() => Pin)
export class PinResolver {
  @FieldResolver(() => Product, {
    nullable: true,
    description: 'Null for an image, and where the channel does not offer the product.',
  })
  product(@Root() { productKey }: Pin, @Ctx() context: Context): Promise<Product | null> {
    return pinnedProduct(context, productKey);
  }

  @FieldResolver(() => Image, {
    nullable: true,
    description: 'The image, or the first one of the product; null where that has none.',
  })
  async image(@Root() { productKey, upload }: Pin, @Ctx() context: Context): Promise<Image | null> {
    const product = await pinnedProduct(context, productKey);
    return product === null ? upload : ((await context.images.byProduct.load(product.key))[0] ?? null);
  }
}

async function pinnedProduct(context: Context, productKey: number | null): Promise<Product | null> {
  if (productKey === null) return null;
  const { products } = await context.inChannel();
  return offered(context, await products.byKey.load(productKey));
}
