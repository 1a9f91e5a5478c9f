import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../access/caller.js';
import { checkSearchText } from '../../catalog/search-text.js';
import { RequestError } from '../../errors.js';
import { readKey } from '../../graph/node.js';
import { checkText } from '../../graph/text.js';
import { readVectorsOfProducts } from '../../images/embedding.store.js';
import { imageKey, type ImageVectors } from '../../images/image-vectors.js';
import { findQueryImage, type QueryImage, type QueryImageSources } from '../../images/query-image.js';
import type { Database } from '../../platform/postgres.js';
import type { Rgb } from '../../vision/color-descriptor.js';
import { CHOSEN_COLOR_SHARE, DEFAULT_COLOR_SHARE } from '../../vision/color-share.js';
import type { Box } from '../../vision/regions.js';
import { meanDirection } from '../../vector-index/vectors.js';
import type { VisualQueryInput, VisualReferenceInput } from '../visual-search.types.js';
import { type BoardReferences, directionOf, type PinLook } from './board-references.js';
import { joinReferences, leastTrusted, MAX_BOARD_VECTORS, type Reference } from './join-references.js';
import { clusterVectors } from './cluster-vectors.js';
import type { QueryVector } from './query-vector.js';
import { styleVector } from './styles.js';

/** A person or an app composes a query from a few references, not from thousands. */
const MAX_REFERENCES = 16;
const MAX_WEIGHT = 100;
/** Each is a query of its own to the index. */
const MAX_COLORS = 4;
const HEX = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i;
/** Maximum number of boards whose directions are cached. 16 centers take tens of kilobytes. */
const CACHED_BOARDS = 500;

function checkColor(color: number | null | undefined, usual: number): number {
  if (color == null) return usual;
  if (color >= 0 && color <= 1) return color;
  throw bad(`color is ${color}: it must be from 0 (any color) to 1 (only color).`);
}

/** @throws RequestError BAD_USER_INPUT */
function checkColors(colors: readonly string[]): Rgb[] {
  if (colors.length > MAX_COLORS)
    throw bad(`colors has ${colors.length} entries: at most ${MAX_COLORS} are allowed.`);
  return colors.map((color) => {
    const parts = HEX.exec(color)
      ?.slice(1)
      .map((part) => Number.parseInt(part, 16));
    const [red, green, blue] = parts ?? [];
    if (red === undefined || green === undefined || blue === undefined)
      throw bad(`colors has ${JSON.stringify(color.slice(0, 20))}: write a color as "#rrggbb".`);
    return [red, green, blue];
  });
}

type Taste = Pick<Reference, 'vectors' | 'negative'>;

/** Where to find what a query names, and who sent the query. */
export interface QuerySources extends QueryImageSources {
  readonly caller: Caller;
}

const bad = (message: string): RequestError => new RequestError('BAD_USER_INPUT', message);

/** Turns references into one vector: the weighted sum of the positive references minus the negative ones. */
export class QueryVectors {
  /** Keyed by what is pinned. */
  readonly #boardVectors = new LRUCache<string, Taste>({ max: CACHED_BOARDS });

  constructor(
    private readonly db: Database,
    private readonly images: ImageVectors,
    private readonly boards: BoardReferences,
  ) {}

  /**
   * @throws RequestError BAD_USER_INPUT, NOT_FOUND, IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE,
   * SERVICE_OVERLOADED
   */
  async resolve(query: VisualQueryInput, sources: QuerySources): Promise<QueryVector> {
    const unlike = query.unlike ?? [];
    if (query.like.length === 0 && checkSearchText(query.text) === null)
      throw bad('like is empty: give at least one image, product, board, or style, or give text.');
    if (query.like.length + unlike.length > MAX_REFERENCES) {
      throw bad(
        `like and unlike have ${query.like.length + unlike.length} entries: at most ${MAX_REFERENCES} are allowed.`,
      );
    }
    const inColors = checkColors(query.colors ?? []);
    const color = checkColor(query.color, inColors.length === 0 ? DEFAULT_COLOR_SHARE : CHOSEN_COLOR_SHARE);
    const boards = query.like.filter(({ board }) => board != null).length;
    const images = query.like.filter(({ image }) => image != null).length;
    // A composition of several looks says more than one garment of one of them, and a board's vectors are many already.
    const isPhoto = images === 1 && boards === 0;
    const [likes, unlikes] = await Promise.all([
      Promise.all(query.like.map((reference) => this.#reference(reference, sources, { boards, isPhoto }))),
      Promise.all(
        unlike.map((reference) => this.#reference(reference, sources, { boards: Infinity, isPhoto: false })),
      ),
    ]);
    return joinReferences(likes, unlikes, { encoder: this.images.encoderId, color, inColors });
  }

  /** The query for products similar to a product. */
  async likeProduct(productKey: number): Promise<QueryVector> {
    const vector = await this.#product(productKey);
    return {
      asked: vector,
      plain: vector,
      scale: 1,
      region: null,
      trust: null,
      byConsensus: false,
      products: [productKey],
      identity: [this.images.encoderId, 'product', productKey, digest(vector)],
    };
  }

  /** The query for products similar to the pins of a board. */
  async likeBoard(uuid: string): Promise<QueryVector> {
    const board = { ...(await this.#board(uuid, 1)), weight: 1 };
    if (board.vectors.length > 0)
      return joinReferences([board], [], { encoder: this.images.encoderId, color: DEFAULT_COLOR_SHARE });
    return {
      ...{ asked: null, plain: null, scale: 1, region: null, trust: null, byConsensus: false },
      products: board.products,
      identity: board.identity,
    };
  }

  /** The mean of its images; null when none of them is encoded. */
  async #product(productKey: number): Promise<Float32Array | null> {
    const images = await readVectorsOfProducts(this.db, this.images.encoderId, [productKey]);
    return meanDirection(images.map(({ vector }) => vector));
  }

  /** For one of `boards` boards, which share the number of vectors that one search may use. */
  async #board(uuid: string, boards: number): Promise<Omit<Reference, 'weight'>> {
    const pins = await this.boards.pinsOf(uuid);
    const pinned = [...new Set(pins.flatMap(({ products }) => products))];
    const looks = pins.map(({ positive, images }) => [positive, images.map(({ sha256 }) => sha256)]);
    const taste = createHash('sha256')
      .update(JSON.stringify([boards, looks]))
      .digest('base64url');
    const centers = this.#boardVectors.get(taste) ?? findTaste(pins, boards);
    this.#boardVectors.set(taste, centers);
    return { ...centers, products: pinned, identity: ['board', uuid, taste, pinned] };
  }

  async #reference(
    reference: VisualReferenceInput,
    sources: QuerySources,
    { boards, isPhoto }: { readonly boards: number; readonly isPhoto: boolean },
  ): Promise<Reference> {
    const { image, product, board, style, box } = reference;
    const weight = reference.weight ?? 1;
    if (!(weight > 0 && weight <= MAX_WEIGHT)) {
      throw bad(
        `weight is ${weight}: it must be above 0 and at most ${MAX_WEIGHT}. To search for the opposite, use unlike.`,
      );
    }
    const given = [image, product, board, style].filter((value) => value != null).length;
    if (given !== 1)
      throw bad(`A reference takes exactly one of image, product, board, and style; ${given} are given.`);
    if (box != null && image == null) throw bad('box needs an image: give image as well.');

    if (image != null) {
      const found = await findQueryImage(image, sources);
      return isPhoto && box == null
        ? this.#photo(found, weight, sources)
        : this.#image(found, box ?? null, weight, sources);
    }
    if (product != null) {
      const key = readKey('Product', product);
      const vector = key === null ? null : await this.#product(key);
      if (key === null || vector === null) {
        throw new RequestError(
          'NOT_FOUND',
          `No product with an encoded image has the id ${JSON.stringify(product)}.`,
        );
      }
      return { ...one(vector, weight, ['product', key, digest(vector)]), products: [key] };
    }
    if (board != null) {
      const found = await this.boards.find(sources.caller, board);
      const resolved = await this.#board(found.uuid, boards);
      if (resolved.vectors.length === 0) {
        throw bad(
          `The board ${JSON.stringify(found.title)} has no positive pin: pin a product or an image with pinAdd first.`,
        );
      }
      return { ...resolved, weight };
    }
    const vector = await styleVector(
      { db: this.db, encoderId: this.images.encoderId, embeddings: this.images.embeddings },
      checkText('style', style ?? ''),
    );
    return one(vector, weight, ['style', style, digest(vector)]);
  }

  async #image(
    image: QueryImage,
    box: Box | null,
    weight: number,
    { signal }: QuerySources,
  ): Promise<Reference> {
    const { sha256 } = image;
    const part = { box: box ?? undefined, signal };
    const vector = await this.images.ofImage(sha256, () => image.read(), part);
    const agreed = await this.#agreedOn(image, vector, part);
    return {
      ...one(agreed ?? vector, weight, ['image', imageKey(sha256, box), ...consensusMark(agreed)]),
      region: box,
      trust: this.images.trustOf(vector),
      byConsensus: agreed !== null,
    };
  }

  /** A photo of a person is asked by the main garment and as a whole: the more similar of the two counts. */
  async #photo(image: QueryImage, weight: number, { signal }: QuerySources): Promise<Reference> {
    const { sha256 } = image;
    const { whole, garment } = await this.images.ofPhoto(sha256, () => image.read(), signal);
    const agreed = await this.#agreedOn(image, whole, { signal });
    const identity = ['image', imageKey(sha256, null), ...consensusMark(agreed)];
    const trust = this.images.trustOf(whole);
    if (garment === null)
      return {
        ...one(agreed ?? whole, weight, identity),
        ...{ region: null, trust, byConsensus: agreed !== null },
      };
    const { box, vector } = garment;
    const agreedPart = await this.#agreedOn(image, vector, { box, signal });
    return {
      ...one(vector, weight, [...identity, imageKey(sha256, box), ...consensusMark(agreedPart)]),
      vectors: [agreedPart ?? vector, agreed ?? whole],
      region: box,
      trust: leastTrusted([trust, this.images.trustOf(vector)]),
      byConsensus: agreed !== null || agreedPart !== null,
    };
  }

  /** What to search with instead of the vector of a suspicious image; null: the vector. */
  async #agreedOn(
    image: QueryImage,
    vector: Float32Array,
    part: { readonly box?: Box | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array | null> {
    if (image.isOfCatalog) return null;
    return this.images.consensusOf(vector, image.sha256, () => image.read(), part);
  }
}

/**
 * Changes when the stored data of a reference changes, because a cursor of the old ranking is invalid in the new one.
 */
const digest = (vector: Float32Array | null): string | null =>
  vector === null ? null : createHash('sha256').update(new Uint8Array(vector.buffer)).digest('base64url');

function findTaste(pins: readonly PinLook[], boards: number): Taste {
  const directions = (liked: boolean): Float32Array[] =>
    pins.flatMap((pin) => (pin.positive === liked ? (directionOf(pin) ?? []) : []));
  return {
    vectors: clusterVectors(directions(true), Math.max(1, Math.floor(MAX_BOARD_VECTORS ** (1 / boards)))),
    negative: clusterVectors(directions(false), Math.max(1, Math.floor(MAX_BOARD_VECTORS / boards))),
  };
}

/** Of another query than the image itself: a cursor of one is invalid in the other. */
const consensusMark = (agreed: Float32Array | null): string[] => (agreed === null ? [] : ['consensus']);

const one = (vector: Float32Array, weight: number, identity: unknown): Reference => ({
  vectors: [vector],
  negative: [],
  weight,
  products: [],
  identity,
});
