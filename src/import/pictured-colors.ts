import type { ShownOptions } from '../images/shown-options.js';
import { fold } from '../graph/text.js';
import type { FeedRow } from './parse-listing.js';

/** The option that is visible in a picture; a size is not. */
const SEEN = 'color';

/** Colors as the first row spells them, by their case-folded form; null: a row without a color. */
type Colors = Map<string | null, string | null>;

/**
 * The colors that a product's images show, by content. A row's main picture shows the color of that row, even if
 * other rows list it among their additional pictures, as feeds do that give every row the whole gallery. A picture
 * that is not the main one of any row shows the colors of the rows that list it. One with all of several colors, or
 * of a row without a color, shows the product as a whole. If the product has only one color, its pictures show that
 * color, because another color may be added later.
 */
export function picturedColors(
  rows: readonly FeedRow[],
  contentOf: (link: string) => string | undefined,
): ReadonlyMap<string, ShownOptions> {
  const all: Colors = new Map();
  const own = new Map<string, Colors>();
  const listed = new Map<string, Colors>();
  for (const { options, images } of rows) {
    const color = options[SEEN] ?? null;
    addColor(all, color);
    for (const [position, link] of images.entries()) {
      const content = contentOf(link);
      if (content === undefined) continue;
      if (position === 0) addColor(colorsOf(own, content), color);
      addColor(colorsOf(listed, content), color);
    }
  }
  return new Map([...listed].map(([content, inRows]) => [content, shownOf(own.get(content) ?? inRows, all)]));
}

function colorsOf(colors: Map<string, Colors>, content: string): Colors {
  const known = colors.get(content) ?? new Map<string | null, string | null>();
  colors.set(content, known);
  return known;
}

function addColor(colors: Colors, color: string | null): void {
  const key = color === null ? null : fold(color);
  if (!colors.has(key)) colors.set(key, color);
}

function shownOf(colors: Colors, all: Colors): ShownOptions {
  const isWhole = colors.has(null) || (colors.size > 1 && colors.size === all.size);
  return isWhole ? {} : { [SEEN]: [...colors.values()].filter((color) => color !== null) };
}
