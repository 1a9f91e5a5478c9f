import type { Database, Queryable } from '../platform/postgres.js';
import type { ImagePayload, IndexPoint, Revision, VectorIndex } from '../vector-index/port.js';
import {
  projectImages,
  readEmbeddedImages,
  readProductKeys,
  type ImagesOf,
} from '../projection/projection.store.js';

/** Products read and written at once: a megabyte of vectors. Even if all have thousands of SKUs, they fit in memory. */
const BATCH_SIZE = 100;

/** Writes every product whose images this encoder has embedded into the index. Calls `loaded` for each batch. */
export async function loadIndex(
  db: Database,
  index: VectorIndex,
  encoder: string,
  revision: Revision,
  loaded: (products: number) => void,
): Promise<void> {
  let productKeys = await readProductKeys(db, 0, BATCH_SIZE);
  while (productKeys.length > 0) {
    const last = productKeys.at(-1) ?? 0;
    const [payloads, next] = await Promise.all([
      projectImages(db, productKeys),
      readProductKeys(db, last, BATCH_SIZE),
    ]);
    await index.upsert(await readPoints(db, encoder, payloads, { productKeys, imageIds: [] }), revision);
    loaded(productKeys.length);
    productKeys = next;
  }
}

/** The current points of these products and images, from Postgres. */
export async function readPoints(
  db: Queryable,
  encoder: string,
  payloads: ReadonlyMap<number, ImagePayload>,
  which: ImagesOf,
): Promise<IndexPoint[]> {
  if (which.productKeys.length + which.imageIds.length === 0) return [];
  const images = await readEmbeddedImages(db, encoder, which);
  // One without a payload was added in the meantime, and that is the next change.
  return images.flatMap((image) => {
    const payload = payloads.get(image.imageId);
    return payload === undefined ? [] : [{ ...image, ...payload }];
  });
}
