import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { requireScope } from '../../access/caller.js';
import type { Context } from '../../graph/request-context.js';
import { ImageJobState } from './image-job-state.js';
import { ImageJobConnection } from './image-job.types.js';
import { pageImageJobs } from './list-image-jobs.js';

const DEFAULT_FIRST = 50;

@Resolver()
export class ImageJobResolver {
  @Query(() => ImageJobConnection, {
    description:
      'Images that are not in yet, the oldest first: those that wait, and those that were given up, with the reason. Takes an API key with the scope catalog:write.',
  })
  imageJobs(
    @Ctx() { caller, services }: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('state', () => ImageJobState, { nullable: true }) state: ImageJobState | null | undefined,
  ): Promise<ImageJobConnection> {
    requireScope(caller, 'catalog:write');
    return pageImageJobs(services.db, {
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      state: state ?? null,
    });
  }
}
