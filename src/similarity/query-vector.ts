import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { readKey } from '../catalog/node.js';
import { checkSearchText } from '../catalog/search-text.js';
import { checkText } from '../catalog/text.js';
import { UserError } from '../errors.js';
import type { Database } from '../platform/postgres.js';
import { DEFAULT_COLOR_SHARE, weighColor } from '../vision/color-share.js';
import type { Encoder } from '../vision/encoder.js';
import { Embeddings } from './embeddings.js';
import { readStyles, readStyleSamples, readVectorsOfProducts } from './embedding.store.js';
import type { Asked } from './index.js';
import { findQueryImage, type QueryImageSources } from './query-image.js';
import { meanDirection, normalizedSum, type Term } from './vectors.js';
import type { VisualQuery, VisualReference } from './visual-search.types.js';

/** A query is put together by a person or an app, not by the thousand. */
const MAX_REFERENCES = 16;
const MAX_WEIGHT = 100;
/** The pages of one search, and the searches of one upload, encode once. A vector is some kilobytes. */
const CACHED_IMAGES = 2_000;
/** Below this the references point nowhere: what is left of them is rounding. */
const MIN_NORM = 1e-3;

export interface QueryVector {
  /** L2-normalized; null for a product that has no encoded image yet, and for words alone. */
  readonly vector: Float32Array | null;
  /** What is asked for. */
  readonly asked: Asked | null;
  /** The same where color counts by default. */
  readonly plain: Float32Array | null;
  /** A cosine to the vector, times this, is the likeness in the query's own weights. */
  readonly scale: number;
  /** Products that the query names: they are not answers to it. */
  readonly products: readonly number[];
  /** What makes this query this query, as JSON: for cursors. */
  readonly identity: unknown;
}

interface Resolved {
  readonly vector: Float32Array;
  readonly weight: number;
  readonly product: number | null;
  readonly identity: unknown;
}

function checkColor(color: number | null | undefined): number {
  if (color == null) return DEFAULT_COLOR_SHARE;
  if (color >= 0 && color <= 1) return color;
  throw bad(`color is ${color}: it must be from 0, any color, to 1, nothing but color.`);
}

const bad = (message: string): UserError => new UserError('BAD_USER_INPUT', message);

/** Turns references into one vector: the weighted sum of what to be like, less what to be unlike. */
export class QueryVectors {
  readonly #images = new LRUCache<string, Float32Array>({ max: CACHED_IMAGES });

  /** What Postgres keeps. */
  readonly embeddings: Embeddings;

  constructor(
    private readonly db: Database,
    private readonly encoder: Encoder,
  ) {
    this.embeddings = new Embeddings(db, encoder.id);
  }

  /** @throws UserError BAD_USER_INPUT, NOT_FOUND, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED */
  async resolve(query: VisualQuery, sources: QueryImageSources): Promise<QueryVector> {
    const unlike = query.unlike ?? [];
    if (query.like.length === 0 && checkSearchText(query.text) === null)
      throw bad('like is empty: name at least one image, product or style to look like, or give text.');
    if (query.like.length + unlike.length > MAX_REFERENCES) {
      throw bad(
        `like and unlike have ${query.like.length + unlike.length} entries: at most ${MAX_REFERENCES} are allowed.`,
      );
    }
    const [likes, unlikes] = await Promise.all([
      Promise.all(query.like.map((reference) => this.#reference(reference, sources))),
      Promise.all(unlike.map((reference) => this.#reference(reference, sources))),
    ]);
    const vector = normalizedSum([
      ...likes,
      ...unlikes.map(({ vector, weight }) => ({ vector, weight: -weight })),
    ]);
    if (vector === null && likes.length + unlikes.length > 0) {
      throw bad(
        'The weights of like and unlike cancel out, so nothing is left to look for: change a weight or a reference.',
      );
    }
    const color = checkColor(query.color);
    const weighed =
      vector === null || color === DEFAULT_COLOR_SHARE ? { vector, scale: 1 } : weighColor(vector, color);
    if (weighed.scale < MIN_NORM) {
      throw bad(`Nothing is left to look for when color counts ${color}: change color or a reference.`);
    }
    return {
      ...weighed,
      asked: weighed.vector,
      plain: vector,
      products: [...likes, ...unlikes].flatMap(({ product }) => (product === null ? [] : [product])),
      identity: [this.encoder.id, color, likes.map(identify), unlikes.map(identify)],
    };
  }

  /** The query of what looks like a product. */
  async likeProduct(productKey: number): Promise<QueryVector> {
    const vector = await this.#product(productKey);
    return {
      vector,
      asked: vector,
      plain: vector,
      scale: 1,
      products: [productKey],
      identity: [this.encoder.id, 'product', productKey, digest(vector)],
    };
  }

  /** The mean of its images; null when none of them has been encoded. */
  async #product(productKey: number): Promise<Float32Array | null> {
    const images = await readVectorsOfProducts(this.db, this.encoder.id, [productKey]);
    return meanDirection(images.map(({ vector }) => vector));
  }

  async #reference(reference: VisualReference, sources: QueryImageSources): Promise<Resolved> {
    const { image, product, style, box } = reference;
    const weight = reference.weight ?? 1;
    if (!(weight > 0 && weight <= MAX_WEIGHT)) {
      throw bad(
        `weight is ${weight}: it must be above 0 and at most ${MAX_WEIGHT}. What to avoid goes into unlike.`,
      );
    }
    const given = [image, product, style].filter((value) => value != null).length;
    if (given !== 1)
      throw bad(`A reference takes exactly one of image, product and style; ${given} are given.`);
    if (box != null && image == null) throw bad('box is a part of an image: give it together with image.');

    if (image != null) {
      const found = await findQueryImage(image, sources);
      const key = JSON.stringify([found.sha256, box ?? null]);
      const vector =
        this.#images.get(key) ?? (await this.encoder.encode(await found.read(), box ?? undefined));
      this.#images.set(key, vector);
      return { vector, weight, product: null, identity: ['image', key] };
    }
    if (product != null) {
      const key = readKey('Product', product);
      const vector = key === null ? null : await this.#product(key);
      if (key === null || vector === null) {
        throw new UserError(
          'NOT_FOUND',
          `No product with an encoded image has the id ${JSON.stringify(product)}.`,
        );
      }
      return { vector, weight, product: key, identity: ['product', key, digest(vector)] };
    }
    const vector = await this.#style(checkText('style', style ?? ''));
    return { vector, weight, product: null, identity: ['style', style, digest(vector)] };
  }

  /**
   * What a style adds: the centroid of its exemplars less the mean of the catalog, which every garment has anyway. With
   * half the weight it does what the centroid does, and keeps more of what else is asked for. Its colors are part of it:
   * without them it finds no more of the style, and keeps no more of the colors that else are asked for (bench/styles.ts).
   */
  async #style(style: string): Promise<Float32Array> {
    const samples = await readStyleSamples(this.db, this.encoder.id, style);
    const known = await this.embeddings.read([...samples.exemplars, ...samples.catalog]);
    const of = (sha256s: readonly string[], weight: number): Term[] =>
      sha256s.flatMap((sha256) => {
        const vector = known.get(sha256);
        return vector === undefined ? [] : [{ vector, weight: weight / sha256s.length }];
      });
    const centroid = of(samples.exemplars, 1);
    // A style that all products have differs from none of them.
    const vector =
      centroid.length === 0
        ? null
        : (normalizedSum([...centroid, ...of(samples.catalog, -1)]) ?? normalizedSum(centroid));
    if (vector !== null) return vector;
    const styles = (await readStyles(this.db)).map(({ handle }) => handle);
    throw new UserError('NOT_FOUND', noStyle(style, styles));
  }
}

/** Tells whether what Postgres knows of a reference has changed: a cursor of the old ranking has no place in the new. */
const digest = (vector: Float32Array | null): string | null =>
  vector === null ? null : createHash('sha256').update(new Uint8Array(vector.buffer)).digest('base64url');

const identify = ({ identity, weight }: Resolved): unknown => [identity, weight];

function noStyle(style: string, known: readonly string[]): string {
  if (known.includes(style.toLowerCase()))
    return `No product of the style ${JSON.stringify(style)} has an encoded image yet: try again when its images are.`;
  return known.length === 0
    ? `There is no style ${JSON.stringify(style)}: no product of this catalog has the attribute "style".`
    : `There is no style ${JSON.stringify(style)}: use one of ${known.join(', ')}.`;
}
