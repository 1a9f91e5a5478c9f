import type { Asked } from '../../vector-index/port.js';
import type { Box } from '../../vision/regions.js';
import type { Trust } from '../../vision/trust.js';

/** What a query asks the index for. */
export interface QueryVector {
  /**
   * The query to the index: a vector; or examples, with a board, or with the main garment of a photo beside the whole.
   * Null when there is nothing to compare with: an empty board, an unencoded product, or only words.
   */
  readonly asked: Asked | null;
  /** The same with the default share of color. */
  readonly plain: Asked | null;
  /** Multiplying a cosine by this gives the likeness in the query's own weights. */
  readonly scale: number;
  /**
   * The part of the one image that the query has: the given box, or the main garment, beside which the whole is asked.
   * Null when only the whole is, and with no image or several.
   */
  readonly region: Box | null;
  /** That of its least trusted image; null when it has none of which the encoder can tell. */
  readonly trust: Trust | null;
  /** Whether a suspicious image is searched with what its views agree on, instead of its own vector. */
  readonly byConsensus: boolean;
  /** Products that the query names, which are excluded from the answer. */
  readonly products: readonly number[];
  /** Identifies the query in cursors, as JSON. */
  readonly identity: unknown;
}
