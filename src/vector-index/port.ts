/**
 * The port to the vector index: Qdrant (qdrant.ts) or the embedded one (embedded.ts).
 *
 * One point is one product *image*; results are grouped by product. The index has no concept of commerce: a point has
 * tags (keywords) and numbers, and a filter names those. The index stores a projection of Postgres that may be outdated,
 * so callers prove its results.
 */

/** What filters can match of an image: keywords, and numbers by field name. */
export interface PointPayload {
  readonly tags: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
}

/** The payload of one product image. */
export interface ImagePayload {
  readonly imageId: number;
  readonly productId: number;
  readonly payload: PointPayload;
}

/** One product image, with its embedding (L2-normalized, of the index's dimension). */
export interface IndexPoint extends ImagePayload {
  readonly vector: Float32Array;
}

/** A conjunction: every clause, every range, and none of the excluded products. */
export interface IndexFilter {
  /** AND of the clauses; a clause holds when the point has at least one of its tags. */
  readonly clauses: readonly (readonly string[])[];
  /** `min <= numbers[field] <= max`; a point without the field fails. */
  readonly ranges: readonly NumberRange[];
  readonly excludeProducts: readonly number[];
}

export interface NumberRange {
  readonly field: string;
  readonly min?: number;
  readonly max?: number;
}

export const MATCH_ALL: IndexFilter = { clauses: [], ranges: [], excludeProducts: [] };

/**
 * A place in a ranking: right after this product at this score. `rank` is the number of products up to and including
 * this one: a hint for adapters that can continue only by asking for more from the top.
 */
export interface RankingPosition {
  readonly score: number;
  readonly productId: number;
  readonly rank: number;
}

/** Maximum examples per search: as many as the embedded index compares in one pass over its vectors. */
export const MAX_EXAMPLES = 16;

/**
 * Positive and negative examples, which may be far apart. An image's score is its cosine similarity to the nearest
 * positive example; an image that is as close to a negative one is excluded (Qdrant's strategy "best_score", without
 * the results that it ranks below zero). All are L2-normalized and of the index's dimension.
 */
export interface Examples {
  /** At least one; together with the negative ones, at most MAX_EXAMPLES. */
  readonly positive: readonly Float32Array[];
  readonly negative: readonly Float32Array[];
}

/** One vector to be close to (L2-normalized, of the index's dimension), or examples. */
export type Asked = Float32Array | Examples;

export type SearchRequest = ({ readonly vector: Float32Array } | { readonly examples: Examples }) & {
  readonly filter: IndexFilter;
  /** Maximum number of products. */
  readonly limit: number;
  /** Continue after this place. */
  readonly after?: RankingPosition;
};

/** A product and its best matching image that passes the filter; `score` is the cosine similarity of that image. */
export interface IndexMatch {
  readonly productId: number;
  readonly imageId: number;
  readonly score: number;
}

/** How a search was executed: EXACT compares with every point that passes the filter; FILTERED_ANN walks a graph. */
export type SearchStrategy = 'EXACT' | 'FILTERED_ANN';

export interface SearchResult {
  /** At most `limit`, by score descending, then productId ascending; strictly after `after`. */
  readonly matches: readonly IndexMatch[];
  /** True when nothing follows the last of `matches`. */
  readonly exhausted: boolean;
  readonly strategy: SearchStrategy;
}

/**
 * Orders writes: a safe integer that is higher the later Postgres was read. Writes may arrive in any order and
 * repeatedly; the newest write of a point wins. At the same revision, a point wins over its deletion.
 */
export type Revision = number;

export interface VectorIndex {
  /** For logs and health: "embedded", or "qdrant 1.19.0". */
  readonly name: string;
  /**
   * Runs several searches at once (adapters batch them). The results are in the order of the requests.
   * @throws RequestError INDEX_UNAVAILABLE when the index does not answer in time, SERVICE_OVERLOADED when its queue
   * is full.
   */
  search(requests: readonly SearchRequest[]): Promise<SearchResult[]>;
  /**
   * Inserts or replaces points by imageId, except those that exist, or were deleted, with a higher revision. Visible
   * to every search that starts after it resolves.
   */
  upsert(points: readonly IndexPoint[], revision: Revision): Promise<void>;
  /**
   * Replaces the payloads of points, except those with a higher revision. Does nothing for images that are not in the
   * index, or belong to another product there.
   */
  setPayloads(payloads: readonly ImagePayload[], revision: Revision): Promise<void>;
  /** Deletes points, except those with this revision or a higher one; an older `upsert` does not restore them. */
  deleteImages(imageIds: readonly number[], revision: Revision): Promise<void>;
  /** Forgets deletions before that moment: an older `upsert` that still arrives later restores the point. */
  forgetDeleted(before: Date): Promise<void>;
  /**
   * The points with the lowest image ids above `after` (null: from the start), by image id, at most `limit`: for
   * iterating over all of them. Invalid points are returned as they are: a payload without a product has product 0.
   */
  scan(after: number | null, limit: number): Promise<readonly IndexPoint[]>;
  /** Number of points. */
  count(): Promise<number>;
  close(): Promise<void>;
}
