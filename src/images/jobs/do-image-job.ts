import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { RequestError } from '../../errors.js';
import { encodePatiently, inspectPatiently } from '../encode-image.js';
import { DownloadError, type ImageFetcher } from '../fetch-image.js';
import { findQuarantined } from '../quarantine/quarantine.store.js';
import { addEmbeddings, findImagesByContent, type StoredImage } from '../stored-image.store.js';
import type { BlobStore } from '../../platform/blob-store.js';
import { transaction, type Database } from '../../platform/postgres.js';
import { uploadIdToSha256 } from '../upload-id.js';
import type { Encoder } from '../../vision/encoder.js';
import type { TrustReason } from '../../vision/trust.js';
import { trimImage } from '../../vision/image-file.js';
import { endWithImage, lockClaim, type ClaimedJob } from './image-job.store.js';

export interface ImageJobServices {
  readonly db: Database;
  readonly encoder: Encoder;
  /** Stores the originals of images. */
  readonly images: BlobStore;
  readonly uploads: BlobStore;
  readonly fetcher: ImageFetcher;
  /** Marks products as changed, in the transaction that adds their image. */
  readonly touchProducts: (client: ClientBase, productIds: readonly number[]) => Promise<void>;
}

/**
 * Imports the image of a job: its bytes, then in one transaction its vector and the image itself. Writes nothing if
 * the claim was lost in the meantime, or the image is no longer wanted. Returns why the image is in quarantine; null: it is not.
 */
export async function doImageJob(
  { db, encoder, images, uploads, fetcher, touchProducts }: ImageJobServices,
  encoderId: number,
  job: ClaimedJob,
  signal: AbortSignal,
): Promise<TrustReason | null> {
  const bytes = await bytesOf(job.link, { uploads, fetcher }, signal);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const known = (
    await findImagesByContent(db, { encoderId, scores: encoder.trustOf !== undefined }, [sha256])
  ).get(sha256);
  const image: StoredImage = known?.image ?? (await inspectPatiently(bytes, signal));
  const encoded = known?.encoded === true ? null : await encodePatiently(encoder, bytes, signal);
  await images.put(bytes);
  signal.throwIfAborted();
  await transaction(db, async (client) => {
    if (!(await lockClaim(client, job))) return;
    // The embedding comes first, so that every image has its vector.
    const { dimension } = encoder;
    if (encoded !== null) await addEmbeddings(client, { id: encoderId, dimension }, [{ sha256, ...encoded }]);
    await endWithImage(client, job, image);
    await touchProducts(client, [job.productId]);
  });
  return (await findQuarantined(db, [sha256])).get(sha256)?.reason ?? null;
}

async function bytesOf(
  link: string,
  { uploads, fetcher }: Pick<ImageJobServices, 'uploads' | 'fetcher'>,
  signal: AbortSignal,
): Promise<Buffer> {
  const upload = uploadIdToSha256(link);
  if (upload === null) return trimImage(await fetcher.fetch(link, signal));
  const bytes = await uploads.get(upload);
  if (bytes !== null) return bytes;
  throw new RequestError(
    'IMAGE_NOT_FOUND',
    'The upload no longer exists: send the image to POST /images again, and give the product the new id.',
  );
}

/** Whether a later attempt may succeed. */
export function mayPass(error: unknown): boolean {
  if (error instanceof DownloadError) return error.mayPass;
  // Any other error is a fault of ours or of Postgres, and will be fixed.
  return !(error instanceof RequestError) || error.code === 'SERVICE_OVERLOADED';
}
