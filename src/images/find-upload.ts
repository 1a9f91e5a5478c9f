import type { BlobStore } from '../platform/blob-store.js';
import { inspectImage } from '../vision/decode.js';
import { requestPayer } from '../platform/request-payer.js';
import { limiter } from '../vision/limiter.js';
import type { Image } from './image.types.js';
import { uploadIdToSha256 } from './upload-id.js';
import { uploadedImage } from './uploaded-image.js';

/** Points of an upload beyond those of a node: no row describes it, so its file is read and decoded. */
const UPLOAD_COST = 50;

/** Files that are in memory at once: a list may name a hundred of 10 MB. */
const AT_ONCE = 4;
const AT_ONCE_A_CLIENT = 2;
const inTurn = limiter(AT_ONCE, { perClient: AT_ONCE_A_CLIENT });

/**
 * The upload with this id as an Image. Null when it is not the id of an upload, or when the upload is gone.
 * @throws RequestError IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED
 */
export async function findUpload(uploads: Pick<BlobStore, 'get'>, id: string): Promise<Image | null> {
  const sha256 = uploadIdToSha256(id);
  if (sha256 === null) return null;
  requestPayer()?.pay(UPLOAD_COST);
  return inTurn(async () => {
    const bytes = await uploads.get(sha256);
    return bytes === null ? null : uploadedImage(sha256, await inspectImage(bytes));
  });
}
