import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import {
  Arg,
  Ctx,
  FieldResolver,
  ID,
  Info,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { z } from 'zod';
import { ownerOf } from '../access/caller.js';
import { offered } from '../catalog/offers.js';
import { ProductFilter, WHERE } from '../catalog/product-filter.types.js';
import { Product } from '../catalog/product.types.js';
import { RequestError } from '../errors.js';
import { AssumedSize, Cost, Paged, READ_COST } from '../graph/cost.js';
import { mapEvents } from '../graph/map-events.js';
import { instantiate, readUuid } from '../graph/node.js';
import { ON_ERROR } from '../graph/on-error.js';
import { PAGING } from '../graph/page-info.js';
import { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { IMAGE_COST } from '../images/image-input.types.js';
import { siteOf } from '../platform/client-network.js';
import { priceOf } from '../pricing/price.js';
import { Price } from '../pricing/price.types.js';
import { DEFAULT_FIRST, SEARCH_COST, TEXT_COST } from '../search/visual-search.arguments.js';
import { searchReads, visualSearch } from '../search/visual-search.js';
import { VisualMatchConnection } from '../search/visual-search.types.js';
import { cancelDesign, removeDesign } from './change-designs.js';
import { createDesign } from './create-design.js';
import { readJobs } from './design-job.store.js';
import type { DesignServices } from './design-services.js';
import {
  Design,
  DesignCancelInput,
  DesignConnection,
  DesignCreateInput,
  DesignDeleteInput,
  DesignDeletePayload,
  DesignJob,
  DesignJobPayload,
} from './design.types.js';
import { designsOf, listDesigns, lookUpDesign, lookUpJob, NO_JOB, toJob } from './find-designs.js';
import { MAX_DESIGNS } from './order.js';
import { TechPack, TechPackFigure } from './tech-pack.types.js';

const DEFAULT_DESIGNS = 20;
/** Points of a call that locks and writes rows. */
const WRITE_COST = 50;
/** Points of an order, beside those of each design: it asks the index and reads a hundred prices for each direction. */
const CREATE_COST = 1_000;
/** Points of drafting a garment in all its sizes: 20 to 50 ms. */
const TECH_PACK_COST = 800;
/** Points of an event. */
const EVENT_COST = 10;

@Resolver(() => DesignJob)
export class DesignJobResolver {
  constructor(private readonly services: DesignServices) {}

  @Requires('boards')
  @Cost(READ_COST)
  @Query(() => DesignJob, {
    nullable: true,
    description: 'The design job with this id. Null if there is none or it is not yours.',
  })
  designJob(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the job.' }) id: string,
  ): Promise<DesignJob | null> {
    return lookUpJob(this.services.db, context, id);
  }

  @Requires('boards')
  @Cost(CREATE_COST)
  @Mutation(() => DesignJobPayload, {
    nullable: true,
    description:
      'Orders designs of garments that look like a board or a query. A worker makes them: follow the job with designProgress. You can have 3 jobs that have not ended. The call costs 25,000 points for each design, in addition to its estimate.',
  })
  designCreate(
    @Ctx() context: Context,
    @Arg('input', () => DesignCreateInput, { description: 'What to design.' }) input: DesignCreateInput,
  ): Promise<DesignJobPayload> {
    return createDesign(this.services, context, input);
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => DesignJobPayload, {
    nullable: true,
    description:
      'Cancels a design job and removes its drafts. A job that has ended stays as it is; its points are not given back.',
  })
  designCancel(
    @Ctx() context: Context,
    @Arg('input', () => DesignCancelInput, { description: 'The job to cancel.' }) input: DesignCancelInput,
  ): Promise<DesignJobPayload> {
    return cancelDesign(this.services.db, context, input);
  }

  @AssumedSize(MAX_DESIGNS)
  @FieldResolver(() => [Design], {
    nullable: true,
    description: `The designs, and while the job runs, the best drafts so far. A design that was deleted is missing. ${ON_ERROR}`,
  })
  designs(@Root() job: DesignJob, @Ctx() context: Context): Promise<Design[]> {
    return designsOf(this.services.db, context, job);
  }

  @Requires('boards')
  @Cost(EVENT_COST)
  @Subscription(() => DesignJob, {
    subscribe: () => {
      throw new Error('bindDesignProgress gives it what it watches');
    },
    description:
      'Returns the job immediately, and again whenever its state, its progress, or its designs change. A slow client gets the latest state, not every change. Completes when the job has ended. Served over WebSocket at /graphql (graphql-ws protocol).',
  })
  designProgress(
    @Root() job: DesignJob,
    // `subscribe` reads this argument.
    @Arg('job', () => ID, { description: 'The id of the job.' }) _job: string,
  ): DesignJob {
    return job;
  }
}

const progressArguments = z.object({ job: z.string() });

/** Makes the subscription use these services: type-graphql calls `subscribe` without an instance of its resolver. */
export function bindDesignProgress(
  schema: GraphQLSchema,
  { db, designProgress }: Pick<DesignServices, 'db' | 'designProgress'>,
): void {
  const field = schema.getSubscriptionType()?.getFields()['designProgress'];
  if (field === undefined) throw new Error('the schema has the subscription designProgress');
  field.subscribe = async (_source, args: unknown, context: unknown) => {
    const uuid = readUuid('DesignJob', progressArguments.parse(args).job);
    if (!(context instanceof Context)) throw new TypeError('a subscription has a context');
    const [job] = uuid === null ? [] : await readJobs(db, [uuid], ownerOf(context.caller));
    if (job === undefined) throw new RequestError('NOT_FOUND', NO_JOB);
    return mapEvents(designProgress.watch(job, siteOf(context.senderAddress)), toJob);
  };
}

@Resolver(() => Design)
export class DesignResolver {
  constructor(private readonly services: DesignServices) {}

  @Requires('boards')
  @Cost(READ_COST)
  @Query(() => Design, {
    nullable: true,
    description: 'The design with this id. Null if there is none or it is not yours.',
  })
  design(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the design.' }) id: string,
  ): Promise<Design | null> {
    return lookUpDesign(this.services.db, context, id);
  }

  @Requires('boards')
  @Cost(READ_COST)
  @Paged()
  @Query(() => DesignConnection, {
    nullable: true,
    description:
      'The finished designs of your API key and shopper, newest first. Designs that were made without either are in no list, and are deleted with their job 30 days after it ended.',
  })
  designs(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_DESIGNS, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<DesignConnection> {
    return listDesigns(this.services.db, context, { first: first ?? DEFAULT_DESIGNS, after: after ?? null });
  }

  @Requires('boards')
  @Cost(WRITE_COST)
  @Mutation(() => DesignDeletePayload, {
    nullable: true,
    description: 'Deletes a finished design. Its picture stays on the boards where it is pinned.',
  })
  designDelete(
    @Ctx() context: Context,
    @Arg('input', () => DesignDeleteInput, { description: 'The design to delete.' }) input: DesignDeleteInput,
  ): Promise<DesignDeletePayload> {
    return removeDesign(this.services.db, context, input);
  }

  @FieldResolver(() => Price, {
    nullable: true,
    description:
      'What it may cost: the median price of the five products that looked most like it when it was designed, in the currency of the channel that it was ordered in. Null for a draft, and when none of them had a price.',
  })
  estimatedPrice(@Root() { minorPrice, currency }: Design): Price | null {
    return minorPrice === null ? null : priceOf(minorPrice, currency);
  }

  @Cost(TECH_PACK_COST)
  @FieldResolver(() => TechPack, {
    nullable: true,
    description: `How it is cut and sewn, in graded sizes. Null for a draft, and when an image generator made the picture. ${ON_ERROR}`,
  })
  async techPack(
    @Root() { id, drawn, isFinished }: Design,
    @Ctx() { publicUrl }: Context,
    @Arg('figure', () => TechPackFigure, {
      nullable: true,
      defaultValue: TechPackFigure.WOMEN,
      description: 'Whose sizes.',
    })
    figure: TechPackFigure | null,
  ): Promise<TechPack | null> {
    if (drawn === null || !isFinished) return null;
    const whose = figure ?? TechPackFigure.WOMEN;
    const { reason, sizes, bytes } = await this.services.techPacks.write({
      garment: drawn,
      format: 'json',
      figure: whose,
      size: null,
    });
    if (bytes === null)
      return instantiate(TechPack, { reason, sizes, json: null, svgUrl: null, dxfUrl: null, pdfUrl: null });
    const url = (format: string): string =>
      new URL(`/designs/${encodeURIComponent(id)}/tech-pack.${format}?figure=${whose}`, publicUrl).href;
    return instantiate(TechPack, {
      reason,
      sizes,
      json: Buffer.from(bytes).toString(),
      svgUrl: url('svg'),
      dxfUrl: url('dxf'),
      pdfUrl: url('pdf'),
    });
  }

  @Requires('catalog:read')
  @FieldResolver(() => Product, {
    nullable: true,
    description:
      'The product that looked most like it when it was designed, whether or not it can be bought. Null for a draft, and when the channel does not offer the product.',
  })
  async nearestProduct(
    @Root() { nearestProductKey }: Design,
    @Ctx() context: Context,
  ): Promise<Product | null> {
    if (nearestProductKey === null) return null;
    const { products } = await context.inChannel();
    return offered(context, await products.byKey.load(nearestProductKey));
  }

  @Requires('catalog:read')
  @Cost(SEARCH_COST + IMAGE_COST + TEXT_COST)
  @Paged()
  @FieldResolver(() => VisualMatchConnection, {
    nullable: true,
    description: `Products that look like it and can be bought now: the search by its image, and by the type of its garment as \`text\`, so that a coat does not come first for a dress. ${ON_ERROR}`,
  })
  similarProducts(
    @Root() { image, garment }: Design,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true, description: WHERE })
    where: ProductFilter | null | undefined,
    @Info() info: GraphQLResolveInfo,
  ): Promise<VisualMatchConnection> {
    const { services } = this;
    const { loaders, caller, signal } = context;
    const sources = { ...services, images: loaders.images, caller, signal };
    const resolve = () => services.queryVectors.resolve({ like: [{ image: { id: image.id } }] }, sources);
    return visualSearch(services, context, resolve, {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      text: garment?.type ?? null,
      diversity: 0,
      reads: searchReads(info),
    });
  }
}
