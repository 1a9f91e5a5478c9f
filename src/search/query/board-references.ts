import type { Caller } from '../../access/caller.js';
import { meanDirection } from '../../vector-index/vectors.js';

/** A pin of a board, and what it looks like. */
export interface PinLook {
  readonly positive: boolean;
  /** The products that it shows: they are not answers to the board. */
  readonly products: readonly number[];
  /** Its images that are encoded: none of an upload whose bytes are gone. */
  readonly images: readonly { readonly sha256: string; readonly vector: Float32Array }[];
}

/** What a pin looks like: of a product, the mean of its images. */
export const directionOf = ({ images }: PinLook): Float32Array | null =>
  meanDirection(images.map(({ vector }) => vector));

/** How a query finds the boards that it names. */
export interface BoardReferences {
  /** A board that the caller may see, by its global id. @throws RequestError NOT_FOUND */
  find(caller: Caller, id: string): Promise<{ readonly uuid: string; readonly title: string }>;
  /** The pins of a board, the oldest first. */
  pinsOf(uuid: string): Promise<readonly PinLook[]>;
}
