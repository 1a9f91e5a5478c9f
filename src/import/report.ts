/** Enough to see what is wrong with a feed; `onRejected` gets all of them. */
const MAX_KEPT = 10_000;

/** A part of the feed that was not imported. */
export interface Fault {
  /** Line of the file; the header is on line 1. */
  readonly line: number;
  readonly reason: string;
}

/** The result of an import. */
export interface ImportReport {
  /** Handle of the channel that these prices and this stock belong to; null when no row could be used. */
  channel: string | null;
  /** False when it was stopped before the end. */
  complete: boolean;
  /** Products and SKUs of the feed that are in the catalog now. */
  products: number;
  skus: number;
  /** How many of these products are new or have changed, not counting stock. */
  productsChanged: number;
  imagesEncoded: number;
  /** Images that were already stored and encoded. */
  imagesReused: number;
  /** The number of rejected rows, and the first of them by line. */
  rejectedRows: number;
  rejected: Fault[];
  /** The number of images left out, and the first of them; their products were imported without them. */
  failedImages: number;
  imagesFailed: Fault[];
  /** What the feed no longer listed and `prune` removed. */
  pruned: { products: number; skus: number };
  /** Demo products that were removed. */
  demoRemoved: number;
}

export function emptyReport(): ImportReport {
  return {
    channel: null,
    complete: false,
    products: 0,
    skus: 0,
    productsChanged: 0,
    imagesEncoded: 0,
    imagesReused: 0,
    rejectedRows: 0,
    rejected: [],
    failedImages: 0,
    imagesFailed: [],
    pruned: { products: 0, skus: 0 },
    demoRemoved: 0,
  };
}

/** Keeps a fault if there is room. */
export function keepFault(kept: Fault[], fault: Fault): void {
  if (kept.length < MAX_KEPT) kept.push(fault);
}
