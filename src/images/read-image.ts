import type { BlobStore } from '../platform/blob-store.js';
import type { Database } from '../platform/postgres.js';
import { ImageStore } from './image.store.js';
import { readKey } from '../graph/node.js';

/** The bytes of the product image with this global id; null when there is none. */
export async function readCatalogImage(
  { db, catalogImages }: { readonly db: Database; readonly catalogImages: BlobStore },
  id: string,
): Promise<Buffer | null> {
  const key = readKey('Image', id);
  const image = key === null ? null : await new ImageStore(db).byKey.load(key);
  return image === null ? null : catalogImages.get(image.sha256.toString('hex'));
}
