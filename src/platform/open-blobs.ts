import type { BlobPlace } from '../config.js';
import { type BlobStore, openBlobStore } from './blob-store.js';

export async function openBlobs(place: BlobPlace): Promise<BlobStore> {
  if ('folder' in place) return openBlobStore(place.folder);
  // The SDK takes a while to load, and most processes do without it.
  const { openS3BlobStore } = await import('./s3-blob-store.js');
  return openS3BlobStore(place);
}
