import { keywordsOf } from '../catalog/write/product-fields.js';
import type { TextRow } from './parse-listing.js';
import { sharedTitle, sharedUrl } from './shared-title.js';
import { limitAttributes, type ExcessFault } from './within-limits.js';

/** The texts of a product in one language, as the rows of a feed have them. */
export interface TextDraft {
  /** Null: the feed has none. */
  readonly title: string | null;
  readonly description: string | null;
  readonly url: string | null;
  readonly keywords: string;
  /** About attributes beyond those that a product may have. */
  readonly excess: readonly ExcessFault[];
}

/** Combines the rows of a product, by the rules of `draftProduct`. */
export function draftText(handle: string, rows: readonly TextRow[]): TextDraft {
  const whole = rows.filter(({ code }) => code === null);
  const all = [...whole, ...rows.filter(({ code }) => code !== null)];
  const given = <T>(of: readonly TextRow[], value: (row: TextRow) => T | null): T | null =>
    of.map(value).find((found) => found !== null) ?? null;
  const [first, ...others] = rows.flatMap(({ title, options }) =>
    title === null ? [] : [{ title, options }],
  );
  const { attributes, faults } = limitAttributes(handle, all);
  return {
    title:
      given(all, (row) => row.groupTitle) ??
      given(whole, (row) => row.title) ??
      (first === undefined ? null : sharedTitle([first, ...others])),
    description: given(all, (row) => row.description),
    url: given(whole, (row) => row.url) ?? sharedUrl(rows.map(({ url }) => url)),
    keywords: keywordsOf(
      given(all, (row) => row.brand),
      given(all, (row) => row.category) ?? [],
      attributes,
    ),
    excess: faults,
  };
}
