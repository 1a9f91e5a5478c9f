import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { readKey } from '../../graph/node.js';
import { checkSearchText } from '../../catalog/search-text.js';
import { checkText } from '../../graph/text.js';
import { UserError } from '../../errors.js';
import type { Caller } from '../../access/caller.js';
import { directionOf, findPinLooks, type PinLook, type TasteSources } from '../../boards/board-taste.js';
import { findBoard, NO_BOARD } from '../../boards/find-board.js';
import type { BlobStore } from '../../platform/blob-store.js';
import { transaction, type Database } from '../../platform/postgres.js';
import { DEFAULT_COLOR_SHARE } from '../../vision/color-share.js';
import type { Encoder } from '../../vision/encoder.js';
import type { Box } from '../../vision/regions.js';
import { Embeddings } from '../../images/embeddings.js';
import {
  keepVector,
  readStyles,
  readStyleSamples,
  readVectorsOfProducts,
} from '../../images/embedding.store.js';
import type { Asked } from '../../vector-index/port.js';
import { joinReferences, MOODS, type Reference } from './join-references.js';
import { findMoods } from './moods.js';
import { findQueryImage, type QueryImageSources } from '../../images/query-image.js';
import { meanDirection, normalizedSum, type Term } from '../../vector-index/vectors.js';
import type { VisualQuery, VisualReference } from '../visual-search.types.js';

/** A query is put together by a person or an app, not by the thousand. */
const MAX_REFERENCES = 16;
const MAX_WEIGHT = 100;
/** The pages of one search, and the searches of one upload, encode once. A vector is some kilobytes. */
const CACHED_IMAGES = 2_000;
/** Boards whose ideas are looked at. What 16 moods take is some tens of kilobytes. */
const CACHED_BOARDS = 500;

export interface QueryVector {
  /** L2-normalized; null where there is nothing to look like: an empty board, a product not yet encoded, words alone. */
  readonly vector: Float32Array | null;
  /** What is asked for: the vector, or with a board examples, of which the vector is the main one. */
  readonly asked: Asked | null;
  /** The same where color counts by default. */
  readonly plain: Asked | null;
  /** A cosine to what is asked for, times this, is the likeness in the query's own weights. */
  readonly scale: number;
  /** Products that the query names: they are not answers to it. */
  readonly products: readonly number[];
  /** What makes this query this query, as JSON: for cursors. */
  readonly identity: unknown;
}

function checkColor(color: number | null | undefined): number {
  if (color == null) return DEFAULT_COLOR_SHARE;
  if (color >= 0 && color <= 1) return color;
  throw bad(`color is ${color}: it must be from 0, any color, to 1, nothing but color.`);
}

type Taste = Pick<Reference, 'vectors' | 'negative'>;

/** Where what a query names is found, and whose query it is. */
export interface QuerySources extends QueryImageSources {
  readonly caller: Caller;
}

const bad = (message: string): UserError => new UserError('BAD_USER_INPUT', message);

/** Turns references into one vector: the weighted sum of what to be like, less what to be unlike. */
export class QueryVectors {
  readonly #images = new LRUCache<string, Float32Array>({ max: CACHED_IMAGES });
  /** By what is pinned. */
  readonly #moods = new LRUCache<string, Taste>({ max: CACHED_BOARDS });

  /** What Postgres keeps. */
  readonly embeddings: Embeddings;
  /** Where pins of boards are looked up. */
  readonly tasteSources: TasteSources;

  constructor(
    private readonly db: Database,
    private readonly encoder: Encoder,
    private readonly uploads: BlobStore,
  ) {
    this.embeddings = new Embeddings(db, encoder.id);
    const encodeUpload = (sha256: string) => this.#encodeUpload(sha256);
    this.tasteSources = { db, embeddings: this.embeddings, encodeUpload };
  }

  /** @throws UserError BAD_USER_INPUT, NOT_FOUND, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED */
  async resolve(query: VisualQuery, sources: QuerySources): Promise<QueryVector> {
    const unlike = query.unlike ?? [];
    if (query.like.length === 0 && checkSearchText(query.text) === null)
      throw bad(
        'like is empty: name at least one image, product, board or style to look like, or give text.',
      );
    if (query.like.length + unlike.length > MAX_REFERENCES) {
      throw bad(
        `like and unlike have ${query.like.length + unlike.length} entries: at most ${MAX_REFERENCES} are allowed.`,
      );
    }
    const color = checkColor(query.color);
    const boards = query.like.filter(({ board }) => board != null).length;
    const [likes, unlikes] = await Promise.all([
      Promise.all(query.like.map((reference) => this.#reference(reference, sources, boards))),
      Promise.all(unlike.map((reference) => this.#reference(reference, sources, Infinity))),
    ]);
    return joinReferences(likes, unlikes, { encoder: this.encoder.id, color });
  }

  /** Spares the next query of this part of the image its encoding. */
  remember(sha256: string, box: Box, vector: Float32Array): void {
    this.#images.set(imageKey(sha256, box), vector);
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

  /** The query of what looks like the pins of a board. */
  async likeBoard(uuid: string): Promise<QueryVector> {
    const board = { ...(await this.#board(uuid, 1)), weight: 1 };
    if (board.vectors.length > 0)
      return joinReferences([board], [], { encoder: this.encoder.id, color: DEFAULT_COLOR_SHARE });
    return {
      ...{ vector: null, asked: null, plain: null, scale: 1 },
      products: board.products,
      identity: board.identity,
    };
  }

  /** The vector of an image, by the SHA-256 of its bytes in hex. @throws what `read` and the encoder throw */
  async ofImage(sha256: string, read: () => Promise<Uint8Array>, box?: Box): Promise<Float32Array> {
    const key = imageKey(sha256, box ?? null);
    const vector = this.#images.get(key) ?? (await this.encoder.encode(await read(), box));
    this.#images.set(key, vector);
    return vector;
  }

  /** The mean of its images; null when none of them has been encoded. */
  async #product(productKey: number): Promise<Float32Array | null> {
    const images = await readVectorsOfProducts(this.db, this.encoder.id, [productKey]);
    return meanDirection(images.map(({ vector }) => vector));
  }

  /** Of a board that is one of so many, which share what one search can be asked by. */
  async #board(uuid: string, boards: number): Promise<Omit<Reference, 'weight'>> {
    const pins = await findPinLooks(this.tasteSources, uuid);
    const products = [...new Set(pins.flatMap(({ subject }) => subject.products))];
    const looks = pins.map(({ positive, images }) => [positive, images.map(({ sha256 }) => sha256)]);
    const taste = createHash('sha256')
      .update(JSON.stringify([boards, looks]))
      .digest('base64url');
    const moods = this.#moods.get(taste) ?? findTaste(pins, boards);
    this.#moods.set(taste, moods);
    return { ...moods, products, identity: ['board', uuid, taste, products] };
  }

  async #encodeUpload(sha256: string): Promise<Float32Array | null> {
    const bytes = await this.uploads.get(sha256);
    if (bytes === null) return null;
    const vector = await this.ofImage(sha256, () => Promise.resolve(bytes));
    await transaction(this.db, (client) => keepVector(client, this.encoder.id, { sha256, vector }));
    return vector;
  }

  async #reference(reference: VisualReference, sources: QuerySources, boards: number): Promise<Reference> {
    const { image, product, board, style, box } = reference;
    const weight = reference.weight ?? 1;
    if (!(weight > 0 && weight <= MAX_WEIGHT)) {
      throw bad(
        `weight is ${weight}: it must be above 0 and at most ${MAX_WEIGHT}. What to avoid goes into unlike.`,
      );
    }
    const given = [image, product, board, style].filter((value) => value != null).length;
    if (given !== 1)
      throw bad(`A reference takes exactly one of image, product, board and style; ${given} are given.`);
    if (box != null && image == null) throw bad('box is a part of an image: give it together with image.');

    if (image != null) {
      const found = await findQueryImage(image, sources);
      const vector = await this.ofImage(found.sha256, () => found.read(), box ?? undefined);
      return one(vector, weight, ['image', imageKey(found.sha256, box ?? null)]);
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
      return { ...one(vector, weight, ['product', key, digest(vector)]), products: [key] };
    }
    if (board != null) {
      const found = await findBoard(this.db, sources.caller, board);
      if (found === null) throw new UserError('NOT_FOUND', NO_BOARD);
      const resolved = await this.#board(found.uuid, boards);
      if (resolved.vectors.length === 0) {
        throw bad(
          `The board ${JSON.stringify(found.title)} has no pin to look like: pin a product or an image with pinAdd first.`,
        );
      }
      return { ...resolved, weight };
    }
    const vector = await this.#style(checkText('style', style ?? ''));
    return one(vector, weight, ['style', style, digest(vector)]);
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

const imageKey = (sha256: string, box: Box | null): string =>
  JSON.stringify([sha256, box === null ? null : [box.x, box.y, box.width, box.height]]);

function noStyle(style: string, known: readonly string[]): string {
  if (known.includes(style.toLowerCase()))
    return `No product of the style ${JSON.stringify(style)} has an encoded image yet: try again when its images are.`;
  return known.length === 0
    ? `There is no style ${JSON.stringify(style)}: no product of this catalog has the attribute "style".`
    : `There is no style ${JSON.stringify(style)}: use one of ${known.join(', ')}.`;
}

function findTaste(pins: readonly PinLook[], boards: number): Taste {
  const directions = (liked: boolean): Float32Array[] =>
    pins.flatMap((pin) => (pin.positive === liked ? (directionOf(pin) ?? []) : []));
  return {
    vectors: findMoods(directions(true), Math.max(1, Math.floor(MOODS ** (1 / boards)))),
    negative: findMoods(directions(false), Math.max(1, Math.floor(MOODS / boards))),
  };
}

const one = (vector: Float32Array, weight: number, identity: unknown): Reference => ({
  vectors: [vector],
  negative: [],
  weight,
  products: [],
  identity,
});
