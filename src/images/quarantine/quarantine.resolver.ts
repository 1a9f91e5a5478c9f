import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { Cost, Paged, READ_COST } from '../../graph/cost.js';
import { PAGING } from '../../graph/page-info.js';
import type { Context } from '../../graph/request-context.js';
import { Requires } from '../../graph/requires.js';
import type { Database } from '../../platform/postgres.js';
import { pageQuarantined } from './list-quarantined.js';
import {
  ImagesReleaseInput,
  ImagesReleasePayload,
  QuarantinedImageConnection,
} from './quarantined-image.types.js';
import { imagesRelease } from './release.js';

const DEFAULT_FIRST = 50;
/** Points of a call, in addition to those of each image. */
const WRITE_COST = 200;

@Resolver()
export class QuarantineResolver {
  constructor(private readonly db: Database) {}

  @Requires('catalog:write')
  @Cost(READ_COST)
  @Paged()
  @Query(() => QuarantinedImageConnection, {
    nullable: true,
    description:
      'Images of products that look as if they were made to deceive the search, and that no shopper sees, in the order in which they came into the catalog. Requires an API key with the scope catalog:write.',
  })
  quarantinedImages(
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
  ): Promise<QuarantinedImageConnection> {
    return pageQuarantined(this.db, { first: first ?? DEFAULT_FIRST, after: after ?? null });
  }

  @Requires('catalog:write')
  @Cost(WRITE_COST)
  @Mutation(() => ImagesReleasePayload, {
    nullable: true,
    description:
      'Releases images from quarantine: all of them or none. From then on, all images with the same bytes are shown and searched for, now and in later imports, whatever an encoder says of them; one that is changed is checked again. Releasing an image twice changes nothing. Requires an API key with the scope catalog:write.',
  })
  imagesRelease(
    @Ctx() context: Context,
    @Arg('input', () => ImagesReleaseInput, { description: 'The images to release.' })
    input: ImagesReleaseInput,
  ): Promise<ImagesReleasePayload> {
    return imagesRelease(this.db, context, input);
  }
}
