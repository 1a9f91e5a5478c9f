import type { Asked } from '../../vector-index/port.js';

/** What a query asks the index for. */
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
