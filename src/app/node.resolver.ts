import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { requireScope } from '../access/caller.js';
import type { BlobStore } from '../platform/blob-store.js';
import type { Database } from '../platform/postgres.js';
import { lookUpBoard } from '../boards/find-board.js';
import { lookUpDesign, lookUpJob } from '../design/find-designs.js';
import { findPin } from '../boards/list-boards.js';
import type { Context } from '../graph/request-context.js';
import { EVERYONE, Requires } from '../graph/requires.js';
import { RequestError } from '../errors.js';
import { findHold } from '../holds/reach-hold.js';
import { findImageJob } from '../images/jobs/list-image-jobs.js';
import { findUpload } from '../images/find-upload.js';
import type { Image } from '../images/image.types.js';
import { splitGlobalId } from '../graph/global-id.js';
import { Node, readGlobalId } from '../graph/node.js';
import { offered } from '../catalog/offers.js';
import { Cost, READ_COST, SizedBy } from '../graph/cost.js';
import { lookUpEvent, lookUpWatch } from '../watches/find-watches.js';

/** Enough for one call of a client that refreshes its cache. */
const MAX_IDS = 100;
/** Points of finding an object by its id: it may be one of several types, and each has its own statement. */
const NODE_COST = 5;

interface NodeServices {
  readonly db: Database;
  readonly uploads: BlobStore;
}

@Resolver()
export class NodeResolver {
  constructor(private readonly services: NodeServices) {}

  @Requires(EVERYONE)
  @Cost(READ_COST)
  @Query(() => Node, {
    nullable: true,
    description: 'The object with this id. Null if there is none or you may not see it.',
  })
  node(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the object.' }) id: string,
  ): Promise<Node | null> {
    return loadNode(this.services, context, id);
  }

  @Requires(EVERYONE)
  @Cost(NODE_COST)
  @SizedBy('ids')
  @Query(() => [Node], {
    nullable: 'itemsAndList',
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
    return Promise.all(ids.map((id) => loadNode(this.services, context, id).catch(toError)));
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

/** A node of a type that does not belong to the catalog; undefined for other types. */
async function loadOwn(db: Database, context: Context, id: string): Promise<Node | null | undefined> {
  const { type } = splitGlobalId(id);
  const key = readGlobalId(id)?.key ?? null;
  switch (type) {
    case 'Hold':
      return findHold(db, context, id);
    case 'ImageJob':
      return key === null ? null : findImageJob(db, context, key);
    case 'Board':
    case 'Pin':
      requireScope(context.caller, 'boards');
      if (type === 'Board') return lookUpBoard(db, context, id);
      return key === null ? null : findPin(db, context, key);
    case 'Design':
    case 'DesignJob':
      requireScope(context.caller, 'boards');
      return type === 'Design' ? lookUpDesign(db, context, id) : lookUpJob(db, context, id);
    case 'Watch':
    case 'WatchEvent':
      requireScope(context.caller, 'boards');
      return type === 'Watch' ? lookUpWatch(db, context, id) : lookUpEvent(db, context, id);
    default:
      return undefined;
  }
}

/** @throws RequestError UNAUTHENTICATED or FORBIDDEN without the scope that the type needs */
async function loadNode({ db, uploads }: NodeServices, context: Context, id: string): Promise<Node | null> {
  const own = await loadOwn(db, context, id);
  if (own !== undefined) return own;
  requireScope(context.caller, 'catalog:read');
  const node = readGlobalId(id);
  if (node === null) return findUpload(uploads, id);
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
    default:
      return null;
  }
}
