/** Enough to see what is wrong with a feed; `onRejected` hears of all of them. */
const MAX_KEPT = 10_000;

/** Something in the feed that did not go in. */
export interface Fault {
  /** Line of the file; the header is on line 1. */
  readonly line: number;
  readonly reason: string;
}

/** What came of an import. */
export interface ImportReport {
  /** Handle of the channel whose prices and stock these are; null when no row could be used. */
  channel: string | null;
  /** False when it was stopped before the end. */
  complete: boolean;
  /** Products and SKUs of the feed that are in the catalog now. */
  products: number;
  skus: number;
  /** Of these products, how many are new or have changed; stock apart. */
  productsChanged: number;
  imagesEncoded: number;
  /** Images that were there and encoded before. */
  imagesReused: number;
  /** How many rows were rejected, and the first of them by line. */
  rejectedRows: number;
  rejected: Fault[];
  /** How many images were left out, and the first of them; their products went in without. */
  failedImages: number;
  imagesFailed: Fault[];
  /** What the feed no longer listed and `prune` removed. */
  pruned: { products: number; skus: number };
  /** Products of the demo that made way. */
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
