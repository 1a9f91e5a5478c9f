/** Where a tile is, in pixels: `start` from the inline start of the list, `top` from its top. */
export interface Spot {
  readonly start: number;
  readonly top: number;
  readonly height: number;
}

export interface Masonry {
  readonly columns: number;
  readonly columnWidth: number;
  readonly spots: readonly Spot[];
  readonly height: number;
}

export interface Frame {
  /** Of the list, in pixels. */
  readonly width: number;
  /** The least width of a column, of which there are at least two. */
  readonly column: number;
  readonly gap: number;
  /** The height of what is below each picture. */
  readonly caption: number;
}

/** More columns would make pictures too small to see on a wide screen. */
const MAX_COLUMNS = 6;
/** Taller pictures are cut: one must not fill a screen. */
const MAX_RATIO = 1.8;

/**
 * Puts tiles, by the heights of their pictures in widths, one after the other into the shortest column. Tiles that are
 * appended later leave those before where they are.
 */
export function layOut(ratios: readonly number[], { width, column, gap, caption }: Frame): Masonry {
  const count = Math.max(2, Math.min(MAX_COLUMNS, Math.floor((width + gap) / (column + gap))));
  const columnWidth = (width - gap * (count - 1)) / count;
  const heights = Array<number>(count).fill(0);
  const spots = ratios.map((ratio) => {
    const top = Math.min(...heights);
    const index = heights.indexOf(top);
    const height = Math.round(columnWidth * Math.min(ratio, MAX_RATIO)) + caption;
    heights[index] = top + height + gap;
    return { start: index * (columnWidth + gap), top, height };
  });
  return { columns: count, columnWidth, spots, height: Math.max(0, Math.max(...heights) - gap) };
}

/**
 * The indexes of the spots that reach into the part of the list between two distances from its top, in pixels: first
 * those nearest to its middle.
 */
export function within(spots: readonly Spot[], from: number, to: number): number[] {
  const middle = (from + to) / 2;
  /** How far a spot is from the third of the part that is on the screen. */
  const away = ({ top, height }: Spot): number =>
    Math.max(0, Math.abs(top + height / 2 - middle) - (to - from) / 6);
  return spots
    .flatMap((spot, index) =>
      spot.top < to && spot.top + spot.height > from ? [{ index, away: away(spot) }] : [],
    )
    .sort((one, other) => one.away - other.away)
    .map(({ index }) => index);
}
