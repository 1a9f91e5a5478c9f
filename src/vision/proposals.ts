import { boxBetween, colorDistance, type Cut, type Figure } from './figures.js';
import { cellWeights, meanOfCells, type Box, type Cells } from './regions.js';

/** A figure with at least this share of the image's height may be a person who wears several garments. */
export const WORN_HEIGHT = 0.5;
/** Maximum number of such figures that are split into parts. */
const MOST_WORN = 2;
/** Maximum number of pairs of figures that may be one item, such as two shoes. */
const MOST_PAIRS = 2;
/** Maximum ratio of the sizes of the two figures in a pair. */
const PAIR_SIZES = 1.8;
/** Maximum difference between the colors of a pair, out of 255. */
const PAIR_COLORS = 32;
/** Maximum gap between the two, as a share of the larger figure's longer side. */
const PAIR_GAP = 0.4;
/**
 * Exponent of 4 × upper × lower, which favors cuts near the middle: a few cells at an edge are unlike anything else.
 */
const BALANCE = 2;

/** A place with one item or two, whichever is more similar to catalog products. Without parts, it is one item. */
export interface Proposal {
  readonly whole: Box;
  readonly parts: readonly Box[];
  /** Whether two parts of one kind are one item: a coat cut in two is one coat; two shirts side by side are two. */
  readonly isCut: boolean;
}

/** Whether the local embeddings of the image are needed to determine what a figure consists of. */
export const isWorn = ({ box }: Figure): boolean => box.height >= WORN_HEIGHT;

/**
 * Proposes items from the figures of an image (largest first): tall figures whole and also cut in two where the
 * halves are the least similar, two similar figures side by side also as a pair, and the others unchanged.
 *
 * @param size of the image, in any unit
 */
export function propose(
  figures: readonly Figure[],
  cells: Cells | null,
  size: { readonly width: number; readonly height: number },
): Proposal[] {
  const proposals: Proposal[] = [];
  const paired = new Set<Figure>();
  let worn = 0;
  for (const figure of figures) {
    if (paired.has(figure)) continue;
    const cut = isWorn(figure) && worn < MOST_WORN ? bestCut(figure, cells, size) : null;
    if (cut !== null) {
      worn += 1;
      proposals.push({ whole: figure.box, parts: [cut.upper, cut.lower], isCut: true });
      continue;
    }
    const other =
      paired.size < 2 * MOST_PAIRS
        ? figures.find((candidate) => !paired.has(candidate) && isPair(figure, candidate, size))
        : undefined;
    if (other === undefined) {
      proposals.push({ whole: figure.box, parts: [], isCut: false });
      continue;
    }
    paired.add(figure).add(other);
    proposals.push({ whole: around(figure.box, other.box), parts: [figure.box, other.box], isCut: false });
  }
  return proposals;
}

function bestCut(
  { cuts }: Figure,
  cells: Cells | null,
  size: { readonly width: number; readonly height: number },
): Cut | null {
  let best: Cut | null = null;
  let most = -Infinity;
  for (const cut of cuts) {
    const unlike = cut.contrast + (cells === null ? 0 : unlikeness(cut, cells, size));
    const upper = cut.upper.height / (cut.upper.height + cut.lower.height);
    const value = unlike * (4 * upper * (1 - upper)) ** BALANCE;
    if (value > most) [best, most] = [cut, value];
  }
  return best;
}

/** How unlike the model finds the two sides: 1 − the cosine similarity of the means of their cells. */
function unlikeness(
  { upper, lower }: Cut,
  cells: Cells,
  size: { readonly width: number; readonly height: number },
): number {
  const [a, b] = [upper, lower].map((box) => meanOfCells(cells, cellWeights(box, size, cells.grid)));
  if (a === undefined || b === undefined) return 0;
  return 1 - a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function isPair(a: Figure, b: Figure, { width, height }: { width: number; height: number }): boolean {
  if (a === b || isWorn(a) || isWorn(b)) return false;
  if (Math.max(a.area, b.area) > PAIR_SIZES * Math.min(a.area, b.area)) return false;
  if (colorDistance(a.color, b.color) > PAIR_COLORS) return false;
  const across = width * gap(a.box.x, a.box.width, b.box.x, b.box.width);
  const down = height * gap(a.box.y, a.box.height, b.box.y, b.box.height);
  const longest = Math.max(...[a, b].flatMap(({ box }) => [width * box.width, height * box.height]));
  return Math.hypot(across, down) <= PAIR_GAP * longest;
}

/** Gap between two spans on a line; 0 when they overlap. */
const gap = (a: number, lengthA: number, b: number, lengthB: number): number =>
  Math.max(0, Math.max(a, b) - Math.min(a + lengthA, b + lengthB));

const around = (a: Box, b: Box): Box =>
  boxBetween(
    Math.min(a.x, b.x),
    Math.min(a.y, b.y),
    Math.max(a.x + a.width, b.x + b.width),
    Math.max(a.y + a.height, b.y + b.height),
  );
