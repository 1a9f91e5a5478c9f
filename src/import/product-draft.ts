import { categoryPath } from '../catalog/write/handle.js';
import {
  brandOf,
  MAX_IMAGES_PER_PRODUCT,
  UNCATEGORIZED,
  withKeywords,
  type ProductFields,
} from '../catalog/write/product-fields.js';
import type { FeedRow, ProductRow } from './parse-listing.js';
import { distinctOptions, sharedTitle, sharedUrl } from './shared-title.js';
import { limitAttributes, limitOptions, type ExcessFault } from './within-limits.js';

export interface ImageLink {
  readonly link: string;
  /** Line of the first row that names it. */
  readonly line: number;
  readonly altText: string;
}

/** A product as its rows in the feed describe it. */
export interface ProductDraft extends ProductFields {
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** In order of first appearance. */
  readonly images: readonly ImageLink[];
  /** Images beyond the number that a product may have. */
  readonly imagesLeftOut: readonly ImageLink[];
  /** About attributes and options beyond those that a product may have. */
  readonly excess: readonly ExcessFault[];
  readonly skus: readonly FeedRow[];
}

/** A product that is to be written. */
export interface WaitingDraft extends ProductDraft {
  /** Of what its rows say, except for prices and stock; hex. */
  readonly digest: string;
  /** Whether the product is as an earlier import of the same rows left it, if its files have not changed. */
  readonly isKnown: boolean;
}

/** The rows of a product. */
export interface StagedProduct {
  readonly handle: string;
  /** What the feed says of the product as a whole. */
  readonly whole: readonly ProductRow[];
  readonly rows: readonly [FeedRow, ...FeedRow[]];
}

/**
 * Combines the rows of a product: what is said of it as a whole counts first; else, the title and the link are what
 * the SKUs share, other single values are those of the first row that has one, and lists are from all rows.
 */
export function draftProduct({ handle, whole, rows }: StagedProduct): ProductDraft {
  const all: readonly ProductRow[] = [...whole, ...rows];
  const [first] = whole;
  const images = new Map<string, ImageLink>();
  for (const row of all) {
    for (const link of row.images) {
      if (!images.has(link)) images.set(link, { link, line: row.line, altText: row.title });
    }
  }
  const given = <T>(value: (row: ProductRow) => T | null): T | null =>
    all.map(value).find((found) => found !== null) ?? null;
  const brand = given((row) => row.brand);
  const ownTitle = given((row) => row.groupTitle) ?? first?.title;
  const shared = sharedTitle(rows);
  const options = distinctOptions(rows, shared);
  const { attributes, faults } = limitAttributes(handle, all);
  const { skus, faults: optionFaults } = limitOptions(
    handle,
    rows.map((row, index) => ({ ...row, options: options[index] ?? row.options })),
  );
  return {
    ...withKeywords(
      {
        handle,
        title: ownTitle ?? shared,
        description: given((row) => row.description),
        url: first?.url ?? sharedUrl(rows.map(({ url }) => url)),
        brand: brand === null ? null : brandOf(brand),
        category: categoryPath(given((row) => row.category) ?? UNCATEGORIZED) ?? [],
      },
      attributes,
    ),
    attributes,
    images: [...images.values()].slice(0, MAX_IMAGES_PER_PRODUCT),
    imagesLeftOut: [...images.values()].slice(MAX_IMAGES_PER_PRODUCT),
    excess: [...faults, ...optionFaults],
    skus,
  };
}
