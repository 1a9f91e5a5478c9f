import { instantiate } from '../../graph/node.js';
import { pageByKey, type PageOfList } from '../../graph/page-by-key.js';
import { lookUpPerRequest } from '../../graph/request-loader.js';
import type { Database } from '../../platform/postgres.js';
import { listImageJobs, readImageJobs } from './image-job.store.js';
import type { ImageJobState } from './image-job-state.js';
import { ImageJob, ImageJobConnection, ImageJobEdge } from './image-job.types.js';

const CURSOR = 'ImageJobCursor';

/** A job by its row id, for callers who may see it. */
export const findImageJob = lookUpPerRequest(async (db, { caller }, keys: readonly number[]) => {
  const rows = caller.scopes.has('catalog:write') ? await readImageJobs(db, keys) : [];
  return new Map(rows.map((row) => [row.key, instantiate(ImageJob, row)]));
});

/** One page of image jobs, oldest first. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export const pageImageJobs = async (
  db: Database,
  { state, ...page }: PageOfList & { readonly state: ImageJobState | null },
): Promise<ImageJobConnection> =>
  instantiate(
    ImageJobConnection,
    await pageByKey(page, {
      cursor: CURSOR,
      read: (after, limit) => listImageJobs(db, state, after ?? 0, limit),
      key: ({ key }) => key,
      node: (row) => instantiate(ImageJob, row),
      edge: ImageJobEdge,
    }),
  );
