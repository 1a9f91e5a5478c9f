import { toGlobalId } from 'graphql-relay';
import { instantiate } from '../../graph/node.js';
import { pageByKey, type PageOfList } from '../../graph/page-by-key.js';
import type { Database } from '../../platform/postgres.js';
import { toImageTrust } from '../image-trust.types.js';
import { listQuarantined, type QuarantinedRow } from './quarantine.store.js';
import {
  QuarantinedImage,
  QuarantinedImageConnection,
  QuarantinedImageEdge,
} from './quarantined-image.types.js';

const CURSOR = 'QuarantinedImageCursor';

/** One page of images in quarantine, by when they came into the catalog. @throws RequestError BAD_USER_INPUT, INVALID_CURSOR */
export const pageQuarantined = async (db: Database, page: PageOfList): Promise<QuarantinedImageConnection> =>
  instantiate(
    QuarantinedImageConnection,
    await pageByKey(page, {
      cursor: CURSOR,
      read: (after, limit) => listQuarantined(db, after ?? 0, limit),
      key: ({ key }) => key,
      node: toImage,
      edge: QuarantinedImageEdge,
    }),
  );

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
