import { boxBetween, colorDistance, type Cut, type Figure } from './figures.js';
import { cellWeights, meanOfCells, type Box, type Cells } from './regions.js';

/** A figure at least so high (of the image) may be somebody who wears several things. */
export const WORN_HEIGHT = 0.5;
/** Of such figures, so many are looked at in parts. */
const MOST_WORN = 2;
/** Pairs of figures that may be one thing: two shoes. */
const MOST_PAIRS = 2;
/** One of a pair is at most so many times as large as the other. */
const PAIR_SIZES = 1.8;
/** Colors of a pair differ by no more, of 255. */
const PAIR_COLORS = 32;
/** Between the two, of the longer side of the larger. */
const PAIR_GAP = 0.4;
/** Cuts near the middle count more, by this power of 4 × upper × lower: a few cells are unlike anything. */
const BALANCE = 2;

/**
 * A place with something in it, which may be one thing or two: what is more like things of the catalog decides.
 * Without parts it is one.
 */
export interface Proposal {
  readonly whole: Box;
  readonly parts: readonly Box[];
  /** Whether two parts of one kind are one thing: a coat cut in two is still a coat, two shirts side by side are two. */
  readonly isCut: boolean;
}

/** Whether the local embeddings of the image are needed to tell what a figure is made of. */
export const isWorn = ({ box }: Figure): boolean => box.height >= WORN_HEIGHT;

/**
 * What may be things, from the figures of an image (largest first): high ones whole and cut in two where their halves
 * are the least alike, two alike figures beside one another also together, and the others as they are.
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

/** How unlike the two sides are to the model: one less the cosine similarity of the means of their cells. */
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

/** Between two spans of a line; 0 where they overlap. */
const gap = (a: number, lengthA: number, b: number, lengthB: number): number =>
  Math.max(0, Math.max(a, b) - Math.min(a + lengthA, b + lengthB));

const around = (a: Box, b: Box): Box =>
  boxBetween(
    Math.min(a.x, b.x),
    Math.min(a.y, b.y),
    Math.max(a.x + a.width, b.x + b.width),
    Math.max(a.y + a.height, b.y + b.height),
  );
