import { categoryPath } from '../catalog/write/handle.js';
import {
  brandOf,
  MAX_IMAGES_PER_PRODUCT,
  withKeywords,
  type ProductFields,
} from '../catalog/write/product-fields.js';
import type { FeedRow } from './feed-row.js';

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
  readonly skus: readonly FeedRow[];
}

/** Combines the rows of a product: single values come from the first row, lists from all rows. */
export function draftProduct(handle: string, rows: readonly [FeedRow, ...FeedRow[]]): ProductDraft {
  const [first] = rows;
  const attributes = new Map<string, { name: string; value: string }>();
  const images = new Map<string, ImageLink>();
  for (const row of rows) {
    for (const [name, value] of row.attributes) attributes.set(`${name} ${value}`, { name, value });
    for (const link of row.images) {
      if (!images.has(link)) images.set(link, { link, line: row.line, altText: row.title });
    }
  }
  return {
    ...withKeywords(
      {
        handle,
        title: first.title,
        description: first.description,
        url: first.url,
        brand: first.brand === null ? null : brandOf(first.brand),
        category: categoryPath(first.category) ?? [],
      },
      [...attributes.values()],
    ),
    attributes: [...attributes.values()],
    images: [...images.values()].slice(0, MAX_IMAGES_PER_PRODUCT),
    imagesLeftOut: [...images.values()].slice(MAX_IMAGES_PER_PRODUCT),
    skus: rows,
  };
}
