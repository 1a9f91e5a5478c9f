import { Arg, Int, Query, Resolver } from 'type-graphql';
import type { Database } from '../../platform/postgres.js';
import { PAGING } from '../../graph/page-info.js';
import { Requires } from '../../graph/requires.js';
import { ImageJobState } from './image-job-state.js';
import { ImageJobConnection } from './image-job.types.js';
import { pageImageJobs } from './list-image-jobs.js';
import { Cost, Paged, READ_COST } from '../../graph/cost.js';

const DEFAULT_FIRST = 50;

@Resolver()
export class ImageJobResolver {
  constructor(private readonly db: Database) {}

  @Requires('catalog:write')
  @Cost(READ_COST)
  @Paged()
  @Query(() => ImageJobConnection, {
    nullable: true,
    description:
      'Images that are not yet downloaded and processed, oldest first. Requires an API key with the scope catalog:write.',
  })
  imageJobs(
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
    @Arg('state', () => ImageJobState, {
      nullable: true,
      description: 'The state of the jobs to return. Null: jobs in any state.',
    })
    state: ImageJobState | null | undefined,
  ): Promise<ImageJobConnection> {
    return pageImageJobs(this.db, {
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      state: state ?? null,
    });
  }
}
