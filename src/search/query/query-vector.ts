import type { Asked } from '../../vector-index/port.js';

/** What a query asks the index for. */
export interface QueryVector {
  /**
   * L2-normalized; null when there is nothing to compare with: an empty board, an unencoded product, or only words.
   */
  readonly vector: Float32Array | null;
  /** The query to the index: the vector, or with a board, examples of which the vector is the main one. */
  readonly asked: Asked | null;
  /** The same with the default share of color. */
  readonly plain: Asked | null;
  /** Multiplying a cosine by this gives the likeness in the query's own weights. */
  readonly scale: number;
  /** Products that the query names, which are excluded from the answer. */
  readonly products: readonly number[];
  /** Identifies the query in cursors, as JSON. */
  readonly identity: unknown;
}
