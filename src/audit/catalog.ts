import { readEmbeddedImages } from '../projection/projection.store.js';
import type { Queryable } from '../platform/postgres.js';
import { dot } from '../vector-index/vectors.js';
import { drawImages, readAuditProducts, type DrawnImage, type ProductRow } from './audit.store.js';

/**
 * Images that attacks are judged against; a seeded sample of a larger catalog. Comparing a picture with so many takes
 * some 10 ms, and their vectors take 50 MB.
 */
export const MAX_COMPARED = 20_000;
/** Images that are read from Postgres at once: a few megabytes of vectors. */
const BATCH = 2_000;

/** A product of the catalog. */
export interface Product extends ProductRow {
  /** Content of its first image. */
  readonly sha256: string;
  readonly vectors: readonly Float32Array[];
}

/** A product in an answer, with the cosine of its nearest image. */
export interface Ranked {
  readonly productId: number;
  readonly score: number;
}

/** The catalog in memory, as the gateway's exact search sees it: all products, in stock or not. */
export interface Catalog {
  /** In an order that depends only on the seed. */
  readonly products: readonly Product[];
  readonly images: number;
  /** Images of the whole catalog, more than `images` when it was sampled. */
  readonly allImages: number;
  /** The nearest products, the best first; without the product of that id. */
  nearest(vector: Float32Array, limit: number, without?: number): Ranked[];
}

/** Reads the images that `encoder` has encoded; none if it has encoded none. */
export async function readCatalog(db: Queryable, encoder: string, seed: number): Promise<Catalog> {
  const { images, total } = await drawImages(db, encoder, seed, MAX_COMPARED);
  const vectors = await readVectors(db, encoder, images);
  const firsts = new Map<number, DrawnImage>();
  const ofProduct = new Map<number, Float32Array[]>();
  for (const image of images) {
    const vector = vectors.get(image.imageId);
    // It was removed meanwhile.
    if (vector === undefined) continue;
    if (!firsts.has(image.productId)) firsts.set(image.productId, image);
    ofProduct.set(image.productId, [...(ofProduct.get(image.productId) ?? []), vector]);
  }
  const rows = await readAuditProducts(db, [...firsts.keys()]);
  const rowOf = new Map(rows.map((row) => [row.productId, row]));
  const products = [...firsts.values()].flatMap(({ productId, sha256 }): Product[] => {
    const row = rowOf.get(productId);
    return row === undefined ? [] : [{ ...row, sha256, vectors: ofProduct.get(productId) ?? [] }];
  });
  return catalogOf(products, total);
}

/** A catalog of these products, whose images are `allImages` in Postgres. */
export const catalogOf = (products: readonly Product[], allImages: number): Catalog => ({
  products,
  images: products.reduce((sum, product) => sum + product.vectors.length, 0),
  allImages,
  nearest: (vector, limit, without) => rank(products, vector, limit, without),
});

async function readVectors(
  db: Queryable,
  encoder: string,
  images: readonly DrawnImage[],
): Promise<Map<number, Float32Array>> {
  const vectors = new Map<number, Float32Array>();
  for (let from = 0; from < images.length; from += BATCH) {
    const imageIds = images.slice(from, from + BATCH).map(({ imageId }) => imageId);
    for (const { imageId, vector } of await readEmbeddedImages(db, encoder, { productKeys: [], imageIds }))
      vectors.set(imageId, vector);
  }
  return vectors;
}

/** The cosine of the product's nearest image. */
export const likeness = (vector: Float32Array, { vectors }: Product): number =>
  vectors.reduce((best, own) => Math.max(best, dot(vector, own)), -1);

function rank(
  products: readonly Product[],
  vector: Float32Array,
  limit: number,
  without: number | undefined,
): Ranked[] {
  const best: Ranked[] = [];
  for (const product of products) {
    if (product.productId === without) continue;
    const score = likeness(vector, product);
    const last = best.at(-1);
    if (best.length === limit && last !== undefined && score <= last.score) continue;
    const place = best.findIndex((other) => other.score < score);
    best.splice(place === -1 ? best.length : place, 0, { productId: product.productId, score });
    if (best.length > limit) best.pop();
  }
  return best;
}
