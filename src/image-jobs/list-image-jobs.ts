import { instantiate } from '../catalog/node.js';
import { checkFirst, PageInfo } from '../catalog/page-info.js';
import { UserError } from '../errors.js';
import type { Database } from '../platform/postgres.js';
import { listImageJobs } from './image-job.store.js';
import type { ImageJobState } from './image-job-state.js';
import { ImageJob, ImageJobConnection, ImageJobEdge } from './image-job.types.js';

const CURSOR = /^image-job:(\d{1,15})$/;

const writeCursor = (key: number): string => Buffer.from(`image-job:${key}`).toString('base64url');

/** @throws UserError INVALID_CURSOR */
function readCursor(cursor: string): number {
  const [, key] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (key !== undefined) return Number(key);
  throw new UserError(
    'INVALID_CURSOR',
    'This is no cursor of ours: give `endCursor` of the page before, unchanged.',
  );
}

/** One page of image jobs, the oldest first. @throws UserError BAD_USER_INPUT, INVALID_CURSOR */
export async function pageImageJobs(
  db: Database,
  page: { readonly first: number; readonly after: string | null; readonly state: ImageJobState | null },
): Promise<ImageJobConnection> {
  checkFirst(page.first);
  const after = page.after === null ? 0 : readCursor(page.after);
  // One more than the page tells whether another follows.
  const rows = await listImageJobs(db, page.state, after, page.first + 1);
  const edges = rows
    .slice(0, page.first)
    .map((row) =>
      instantiate(ImageJobEdge, { cursor: writeCursor(row.key), node: instantiate(ImageJob, row) }),
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
