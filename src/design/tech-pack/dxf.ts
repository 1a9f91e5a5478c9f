import { first, type Line, type Point } from './geometry.js';
import { labelPlace, LEADING } from './label.js';
import { layOut } from './layout.js';
import { labelOf, type Piece } from './piece.js';

/** Layers of ASTM D6673 and AAMA 292. */
const LAYER = {
  boundary: 1,
  turnPoints: 2,
  curvePoints: 3,
  notches: 4,
  mirrorLine: 6,
  grain: 7,
  internal: 8,
  drill: 13,
  sew: 14,
  annotation: 15,
} as const;

/** AutoCAD color numbers, so that kinds of lines differ on screen: red, yellow, green, cyan, blue, magenta, white, gray. */
const COLORS: Readonly<Record<number, number>> = {
  1: 1,
  2: 8,
  3: 8,
  4: 7,
  6: 6,
  7: 3,
  8: 8,
  13: 2,
  14: 5,
  15: 7,
};

type Pair = readonly [code: number, value: string | number];

const SHEET_WIDTH = 3000;
const SIZE_GAP = 100;
const TEXT_HEIGHT = 5;
/** Height of capitals, by which DXF measures texts, for a font of height 1. */
const CAPITALS = 0.7;

/**
 * All sizes as DXF in the arrangement of ASTM D6673: a block for each piece and size, lines on numbered layers, texts
 * with the names that readers look for. AutoCAD release 12 has no blocks but these, and its ASCII is what every reader
 * of patterns understands. Units are millimeters, y goes up.
 */
export function toDxf(title: string, sizes: ReadonlyMap<string, readonly Piece[]>): string {
  const blocks: Pair[] = [];
  const inserts: Pair[] = [];
  let down = 0;
  const names = [...sizes.keys()];
  for (const [size, pieces] of sizes) {
    const sheet = layOut(pieces, SHEET_WIDTH);
    for (const { piece, by } of sheet.placed) {
      const name = blockName(piece.id, size);
      blocks.push(...block(name, piece, size));
      inserts.push(
        [0, 'INSERT'],
        [8, LAYER.boundary],
        [2, name],
        [10, number(by[0])],
        [20, number(-(by[1] + down))],
        [30, 0],
      );
    }
    down += sheet.height + SIZE_GAP;
  }
  const sample = names[Math.floor((names.length - 1) / 2)] ?? '';
  const style = [
    `STYLE NAME: ${title}`,
    `SAMPLE SIZE: ${sample}`,
    'UNITS: METRIC',
    'GRADE RULE TABLE: none, every size is drawn',
    'AUTHOR: Vitrine',
  ];
  const pairs: Pair[] = [
    [0, 'SECTION'], [2, 'HEADER'], [9, '$ACADVER'], [1, 'AC1009'], [9, '$LUNITS'], [70, 2], [0, 'ENDSEC'],
    [0, 'SECTION'], [2, 'TABLES'], ...tables(), [0, 'ENDSEC'],
    [0, 'SECTION'], [2, 'BLOCKS'], ...blocks, [0, 'ENDSEC'],
    [0, 'SECTION'], [2, 'ENTITIES'], ...inserts,
    ...style.flatMap((line, i) => text(LAYER.boundary, [0, 40 + (style.length - i) * 16], line)),
    [0, 'ENDSEC'], [0, 'EOF'],
  ]; // prettier-ignore
  return pairs.map(([code, value]) => `${String(code).padStart(3)}\r\n${value}\r\n`).join('');
}

/** Release 12 allows 31 letters, digits and `_-$`. */
const blockName = (id: string, size: string): string =>
  `${id}-${size}`
    .toUpperCase()
    .replace(/[^A-Z0-9_$-]/g, '_')
    .slice(0, 31);

const number = (value: number): string => value.toFixed(3);

function tables(): Pair[] {
  const layers = Object.values(LAYER);
  return [
    [0, 'TABLE'], [2, 'LTYPE'], [70, 1], [0, 'LTYPE'], [2, 'CONTINUOUS'], [70, 64], [3, 'Solid line'], [72, 65], [73, 0], [40, '0.0'], [0, 'ENDTAB'],
    [0, 'TABLE'], [2, 'LAYER'], [70, layers.length],
    ...layers.flatMap((layer): Pair[] => [[0, 'LAYER'], [2, layer], [70, 0], [62, COLORS[layer] ?? 7], [6, 'CONTINUOUS']]),
    [0, 'ENDTAB'],
    [0, 'TABLE'], [2, 'STYLE'], [70, 1], [0, 'STYLE'], [2, 'STANDARD'], [70, 0], [40, '0.0'], [41, '1.0'], [50, '0.0'], [71, 0], [42, '8.0'], [3, 'txt'], [4, ''], [0, 'ENDTAB'],
  ]; // prettier-ignore
}

function block(name: string, piece: Piece, size: string): Pair[] {
  const fold = piece.edges.find(({ kind }) => kind === 'fold')?.line;
  const turns = piece.edges.map(({ line }) => first(line));
  const isTurn = (point: Point): boolean =>
    turns.some(([x, y]) => Math.abs(x - point[0]) < 1e-3 && Math.abs(y - point[1]) < 1e-3);
  const info = [
    `PIECE NAME: ${piece.name}`,
    `SIZE: ${size}`,
    `QUANTITY: ${piece.cut[0]?.count ?? 1}`,
    `MATERIAL: ${piece.cut.map(({ fabric, count }) => `${fabric} ${count}`).join(' ')}`,
    `CATEGORY: ${piece.id}`,
    ...labelOf(piece, size)
      .slice(2)
      .map((line) => `ANNOTATION: ${line}`),
  ];
  const [from, to] = piece.grain;
  const label = labelPlace(piece, info);
  return [
    [0, 'BLOCK'], [8, LAYER.boundary], [2, name], [70, 0], [10, '0.0'], [20, '0.0'], [30, '0.0'], [3, name],
    ...polyline(LAYER.boundary, piece.cutLine, true),
    ...polyline(LAYER.sew, piece.seamLine, true),
    ...turns.flatMap((at) => point(LAYER.turnPoints, at)),
    ...piece.seamLine.filter((at) => !isTurn(at)).flatMap((at) => point(LAYER.curvePoints, at)),
    ...piece.notches.flatMap(({ cut }) => point(LAYER.notches, cut)),
    ...segment(LAYER.grain, from, to),
    ...(fold?.[0] && fold[1] ? segment(LAYER.mirrorLine, fold[0], fold[1]) : []),
    ...piece.marks.flatMap(({ line }) => (line.length === 1 ? point(LAYER.drill, first(line)) : polyline(LAYER.internal, line, false))),
    ...info.flatMap((line, i) => {
      const step = i * label.font * LEADING;
      const [x, y] = label.turned ? [label.at[0] - step, label.at[1]] : [label.at[0], label.at[1] + step];
      return text(i < 5 ? LAYER.boundary : LAYER.annotation, [x, -y], line, label.font * CAPITALS, label.turned);
    }),
    [0, 'ENDBLK'], [8, LAYER.boundary],
  ] as Pair[]; // prettier-ignore
}

function polyline(layer: number, line: Line, closed: boolean): Pair[] {
  return [
    [0, 'POLYLINE'], [8, layer], [66, 1], [70, closed ? 1 : 0], [10, '0.0'], [20, '0.0'], [30, '0.0'],
    ...line.flatMap(([x, y]): Pair[] => [[0, 'VERTEX'], [8, layer], [10, number(x)], [20, number(-y)], [30, '0.0']]),
    [0, 'SEQEND'], [8, layer],
  ]; // prettier-ignore
}

const point = (layer: number, [x, y]: Point): Pair[] => [
  [0, 'POINT'],
  [8, layer],
  [10, number(x)],
  [20, number(-y)],
  [30, '0.0'],
];

const segment = (layer: number, a: Point, b: Point): Pair[] => [
  [0, 'LINE'], [8, layer], [10, number(a[0])], [20, number(-a[1])], [30, '0.0'], [11, number(b[0])], [21, number(-b[1])], [31, '0.0'],
]; // prettier-ignore

/** Release 12 has no Unicode. */
const text = (layer: number, [x, y]: Point, value: string, height = TEXT_HEIGHT, down = false): Pair[] => [
  [0, 'TEXT'], [8, layer], [10, number(x)], [20, number(y)], [30, '0.0'], [40, number(height)],
  [1, value.replace(/[^ -~]/g, '?')], ...(down ? [[50, '-90.0'] as const] : []),
]; // prettier-ignore
