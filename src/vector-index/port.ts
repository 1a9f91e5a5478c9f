/**
 * The port to the vector index: Qdrant (qdrant.ts) or the embedded one (embedded.ts).
 *
 * One point is one product *image*; answers are grouped by product. The index knows nothing of commerce: a
 * point carries tags (keywords) and numbers, and a filter names those. All images of a product carry the same
 * payload. What the index stores is a projection of Postgres and may lag behind it: callers prove what it says.
 */

/** What filters can ask of a product: keywords, and numbers by field name. */
export interface PointPayload {
  readonly tags: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
}

/** One product image: its embedding (L2-normalized, of the index's dimension) and its product's payload. */
export interface IndexPoint {
  readonly imageId: number;
  readonly productId: number;
  readonly vector: Float32Array;
  readonly payload: PointPayload;
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
 * A place in a ranking: right after this product at this score. `rank` is how many products precede it
 * (it included): a hint for adapters that can only continue by asking for more from the top.
 */
export interface RankingPosition {
  readonly score: number;
  readonly productId: number;
  readonly rank: number;
}

/** Of one search: what the embedded index compares in one pass over its vectors. */
export const MAX_EXAMPLES = 16;

/**
 * Things to be like and unlike, where they may lie far apart. An image scores its cosine similarity to the nearest
 * positive example, and is no answer when a negative one is as near (Qdrant's strategy "best_score", without what it
 * ranks below zero). All are L2-normalized and of the index's dimension.
 */
export interface Examples {
  /** At least one; with the negative ones at most MAX_EXAMPLES. */
  readonly positive: readonly Float32Array[];
  readonly negative: readonly Float32Array[];
}

/** One vector to be near to (L2-normalized, of the index's dimension), or examples. */
export type Asked = Float32Array | Examples;

export type SearchRequest = ({ readonly vector: Float32Array } | { readonly examples: Examples }) & {
  readonly filter: IndexFilter;
  /** How many products at the most. */
  readonly limit: number;
  /** Continue after this place. */
  readonly after?: RankingPosition;
};

/** A product and its best matching image; `score` is the cosine similarity of that image. */
export interface IndexMatch {
  readonly productId: number;
  readonly imageId: number;
  readonly score: number;
}

/** How a search was answered: EXACT compares with every point that passes the filter; FILTERED_ANN walks a graph. */
export type SearchStrategy = 'EXACT' | 'FILTERED_ANN';

export interface SearchResult {
  /** At most `limit`, by score descending, then productId ascending; strictly after `after`. */
  readonly matches: readonly IndexMatch[];
  /** True when nothing follows the last of `matches`. */
  readonly exhausted: boolean;
  readonly strategy: SearchStrategy;
}

/**
 * Says how new a write is: a safe integer that is higher the later Postgres was read. Writes may arrive in any order
 * and more than once; of a point the newest stays. At the same revision a point beats its deletion.
 */
export type Revision = number;

export interface VectorIndex {
  /** For logs and health: "embedded", or "qdrant 1.19.0". */
  readonly name: string;
  /**
   * Several searches at once (adapters batch them). Answers stand in the order of the requests.
   * @throws RequestError INDEX_UNAVAILABLE when the index does not answer in time, SERVICE_OVERLOADED when its queue is full.
   */
  search(requests: readonly SearchRequest[]): Promise<SearchResult[]>;
  /**
   * Insert or replace points by imageId, except those that are there, or were deleted, with a higher revision. Visible
   * to every search that starts after it resolves.
   */
  upsert(points: readonly IndexPoint[], revision: Revision): Promise<void>;
  /**
   * Replace the payload of the points of each product, except of those with a higher revision; products without
   * points are ignored.
   */
  setPayloads(payloads: ReadonlyMap<number, PointPayload>, revision: Revision): Promise<void>;
  /** Delete points, except those of this revision or a higher one; an `upsert` that is older brings none back. */
  deleteImages(imageIds: readonly number[], revision: Revision): Promise<void>;
  /** Forget what was deleted before that moment: an `upsert` that is older and comes later yet brings it back. */
  forgetDeleted(before: Date): Promise<void>;
  /**
   * The points of the lowest image ids above `after` (null: from the start), by image id, at most `limit`: for a walk
   * over all of them. What is not as it should be is passed on as it is: a payload without a product has product 0.
   */
  scan(after: number | null, limit: number): Promise<readonly IndexPoint[]>;
  /** Number of points. */
  count(): Promise<number>;
  close(): Promise<void>;
}
