import type { FeedRow } from './feed-row.js';
import { categoryPath, nameHandle } from './handle.js';

/** More images of one product than anybody looks at; a feed with more is grouped wrongly. */
const MAX_IMAGES_PER_PRODUCT = 250;

export interface ImageLink {
  readonly link: string;
  /** Of the first row that names it. */
  readonly line: number;
  readonly altText: string;
}

/** A product as its rows in the feed describe it. */
export interface ProductDraft {
  readonly handle: string;
  readonly title: string;
  readonly description: string | null;
  readonly url: string | null;
  /** Words for the text search. */
  readonly keywords: string;
  readonly brand: { readonly handle: string; readonly name: string } | null;
  /** From the uppermost category to the product's own. */
  readonly category: readonly {
    readonly handle: string;
    readonly name: string;
    readonly parent: string | null;
  }[];
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** In order of first appearance. */
  readonly images: readonly ImageLink[];
  /** Images past the number that a product may have. */
  readonly imagesLeftOut: readonly ImageLink[];
  readonly skus: readonly FeedRow[];
}

/** Puts the rows of a product together: what is said once is taken from the first row, lists from all of them. */
export function draftProduct(handle: string, rows: readonly [FeedRow, ...FeedRow[]]): ProductDraft {
  const [first] = rows;
  const category = categoryPath(first.category) ?? [];
  const attributes = new Map<string, { name: string; value: string }>();
  const images = new Map<string, ImageLink>();
  for (const row of rows) {
    for (const [name, value] of row.attributes) attributes.set(`${name} ${value}`, { name, value });
    for (const link of row.images) {
      if (!images.has(link)) images.set(link, { link, line: row.line, altText: row.title });
    }
  }
  const words = [
    ...(first.brand === null ? [] : [first.brand]),
    ...category.map(({ name }) => name),
    ...[...attributes.values()].map(({ value }) => value),
  ];
  return {
    handle,
    title: first.title,
    description: first.description,
    url: first.url,
    keywords: [...new Set(words)].join(' '),
    brand: first.brand === null ? null : { handle: nameHandle(first.brand), name: first.brand },
    category,
    attributes: [...attributes.values()],
    images: [...images.values()].slice(0, MAX_IMAGES_PER_PRODUCT),
    imagesLeftOut: [...images.values()].slice(MAX_IMAGES_PER_PRODUCT),
    skus: rows,
  };
}
