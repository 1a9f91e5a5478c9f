import { toGlobalId } from 'graphql-relay';
import { instantiate, readKey } from '../../graph/node.js';
import { checkFirst, PageInfo } from '../../graph/page-info.js';
import { lookUpPerRequest } from '../../graph/request-loader.js';
import { RequestError } from '../../errors.js';
import type { Database } from '../../platform/postgres.js';
import { listImageJobs, readImageJobs } from './image-job.store.js';
import type { ImageJobState } from './image-job-state.js';
import { ImageJob, ImageJobConnection, ImageJobEdge } from './image-job.types.js';

const CURSOR_TYPE = 'ImageJobCursor';

/** @throws RequestError INVALID_CURSOR */
function readCursor(cursor: string): number {
  const key = readKey(CURSOR_TYPE, cursor);
  if (key !== null) return key;
  throw new RequestError(
    'INVALID_CURSOR',
    'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
  );
}

/** A job by its row id, for callers who may see it. */
export const findImageJob = lookUpPerRequest(async (db, { caller }, keys: readonly number[]) => {
  const rows = caller.scopes.has('catalog:write') ? await readImageJobs(db, keys) : [];
  return new Map(rows.map((row) => [row.key, instantiate(ImageJob, row)]));
});

/** One page of image jobs, oldest first. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function pageImageJobs(
  db: Database,
  page: { readonly first: number; readonly after: string | null; readonly state: ImageJobState | null },
): Promise<ImageJobConnection> {
  checkFirst(page.first);
  const after = page.after === null ? 0 : readCursor(page.after);
  // One extra row shows whether there is another page.
  const rows = await listImageJobs(db, page.state, after, page.first + 1);
  const edges = rows.slice(0, page.first).map((row) =>
    instantiate(ImageJobEdge, {
      cursor: toGlobalId(CURSOR_TYPE, row.key),
      node: instantiate(ImageJob, row),
    }),
  );
  return instantiate(ImageJobConnection, {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
  });
}
