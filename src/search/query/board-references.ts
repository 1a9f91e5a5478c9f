import type { Caller } from '../../access/caller.js';
import { meanDirection } from '../../vector-index/vectors.js';

/** A pin of a board, and its images. */
export interface PinLook {
  readonly positive: boolean;
  /** The products that it shows, which are excluded from answers to the board. */
  readonly products: readonly number[];
  /** Its encoded images; empty for an upload whose bytes are gone. */
  readonly images: readonly { readonly sha256: string; readonly vector: Float32Array }[];
}

/** The direction of a pin's vector; for a product, the mean of its images. */
export const directionOf = ({ images }: PinLook): Float32Array | null =>
  meanDirection(images.map(({ vector }) => vector));

/** How a query finds the boards that it names. */
export interface BoardReferences {
  /** A board that the caller may see, by its global id. @throws RequestError NOT_FOUND */
  find(caller: Caller, id: string): Promise<{ readonly uuid: string; readonly title: string }>;
  /** The pins of a board, oldest first. */
  pinsOf(uuid: string): Promise<readonly PinLook[]>;
}
