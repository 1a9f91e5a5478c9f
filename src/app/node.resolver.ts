import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { z } from 'zod';
import type { Database } from '../platform/postgres.js';
import { lookUpBoard } from '../boards/find-board.js';
import { findPin } from '../boards/list-boards.js';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import { findHold } from '../holds/finish-hold.js';
import { findImageJob } from '../images/jobs/list-image-jobs.js';
import type { Image } from '../images/image.types.js';
import { Node, readGlobalId } from '../graph/node.js';
import { offered } from '../catalog/offers.js';

/** Enough for one call of a client that refreshes its cache. */
const MAX_IDS = 100;

/** An object takes more work than a field: it may be one of several types, and each has its own statement. */
const LOOKUP_COST = 4;

const nodesArguments = z.object({ ids: z.array(z.unknown()) });

@Resolver()
export class NodeResolver {
  constructor(private readonly db: Database) {}

  @Query(() => Node, {
    nullable: true,
    complexity: ({ childComplexity }) => LOOKUP_COST + childComplexity,
    description: 'The object with this id. Null if there is none or you may not see it.',
  })
  node(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the object.' }) id: string,
  ): Promise<Node | null> {
    return loadNode(this.db, context, id);
  }

  @Query(() => [Node], {
    nullable: 'itemsAndList',
    complexity: ({ args, childComplexity }) =>
      nodesArguments.parse(args).ids.length * (LOOKUP_COST + childComplexity),
    description:
      'The objects with these ids, in the order of the ids. An entry is null if there is no such object or you may not see it.',
  })
  nodes(
    @Ctx() context: Context,
    @Arg('ids', () => [ID], { description: `The ids of the objects, at most ${MAX_IDS}.` }) ids: string[],
  ): Promise<(Node | Error | null)[]> {
    if (ids.length > MAX_IDS) {
      throw new RequestError(
        'BAD_USER_INPUT',
        `${ids.length} ids are too many: ask for ${MAX_IDS} at a time.`,
      );
    }
    // An error fails only its own entry; the other entries are answered.
    return Promise.all(ids.map((id) => loadNode(this.db, context, id).catch(toError)));
  }
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** An image of a product that has an offer in the channel. */
async function loadImage(context: Context, key: number): Promise<Image | null> {
  const image = await context.loaders.images.byKey.load(key);
  if (image === null) return null;
  const { skus } = await context.inChannel();
  return (await skus.byProduct.load(image.productKey)).length > 0 ? image : null;
}

async function loadNode(db: Database, context: Context, id: string): Promise<Node | null> {
  const node = readGlobalId(id);
  if (node === null) return (await findHold(db, context, id)) ?? lookUpBoard(db, context, id);
  const { products, skus, locations } = await context.inChannel();
  switch (node.type) {
    case 'Product':
      return offered(context, await products.byKey.load(node.key));
    case 'Sku':
      return skus.byKey.load(node.key);
    case 'Image':
      return loadImage(context, node.key);
    case 'Brand':
      return context.loaders.brands.byKey.load(node.key);
    case 'Category':
      return context.loaders.categories.byKey.load(node.key);
    case 'StockLocation':
      return locations.byKey.load(node.key);
    case 'ImageJob':
      return findImageJob(db, context, node.key);
    case 'Pin':
      return findPin(db, context, node.key);
    default:
      return null;
  }
}
