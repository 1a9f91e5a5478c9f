import { toGlobalId } from 'graphql-relay';
import { RequestError } from '../../errors.js';
import { instantiate, readKey } from '../../graph/node.js';
import { checkFirst, PageInfo } from '../../graph/page-info.js';
import type { Database } from '../../platform/postgres.js';
import { toImageTrust } from '../image-trust.types.js';
import { listQuarantined, type QuarantinedRow } from './quarantine.store.js';
import {
  QuarantinedImage,
  QuarantinedImageConnection,
  QuarantinedImageEdge,
} from './quarantined-image.types.js';

const CURSOR_TYPE = 'QuarantinedImageCursor';

/** @throws RequestError INVALID_CURSOR */
function readCursor(cursor: string): number {
  const key = readKey(CURSOR_TYPE, cursor);
  if (key !== null) return key;
  throw new RequestError(
    'INVALID_CURSOR',
    'This is not a valid cursor: pass the `endCursor` of the previous page, unchanged.',
  );
}

/** One page of images in quarantine, by when they came into the catalog. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export async function pageQuarantined(
  db: Database,
  { first, after }: { readonly first: number; readonly after: string | null },
): Promise<QuarantinedImageConnection> {
  checkFirst(first);
  // One extra row shows whether there is another page.
  const rows = await listQuarantined(db, after === null ? 0 : readCursor(after), first + 1);
  const edges = rows
    .slice(0, first)
    .map((row) =>
      instantiate(QuarantinedImageEdge, { cursor: toGlobalId(CURSOR_TYPE, row.key), node: toImage(row) }),
    );
  return instantiate(QuarantinedImageConnection, {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: instantiate(PageInfo, {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
  });
}

const toImage = ({
  key,
  productHandle,
  link,
  score,
  reason,
  encoder,
  quarantinedAt,
  hasOthers,
}: QuarantinedRow): QuarantinedImage =>
  instantiate(QuarantinedImage, {
    imageId: toGlobalId('Image', key),
    trust: toImageTrust({ score, reason }),
    ...{ productHandle, link, encoder, quarantinedAt, hasOthers },
  });
