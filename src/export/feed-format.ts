import type { SellableImage, SellableProduct } from './sellable.store.js';

/** Where readers of the feed find an image. */
export type ImageUrl = (image: SellableImage) => string;

/** Notes that something sellable is not in a feed, with the reason and the SKU's code. */
export type LeaveOut = (reason: string, code: string) => void;

/** A format of product feeds. */
export interface FeedFormat {
  /** What the file starts with. */
  readonly head: string;
  /** The lines of a product, each with its line break; empty when all of it is left out. */
  readonly lines: (product: SellableProduct, imageUrl: ImageUrl, leaveOut: LeaveOut) => string;
}
