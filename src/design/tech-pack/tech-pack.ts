import type { Body, Figure } from './body.js';
import { labOf, nearestName } from './color.js';
import { draftings, sizesFor } from './drafts/index.js';
import type { Garment } from './garment.js';
import { lengthOf, type Line, type Point } from './geometry.js';
import { fabricOf, materialsOf, round, stitchesOf } from './materials.js';
import { measuresOf } from './measures.js';
import { finish, isOnFold, sideLength, type Piece } from './piece.js';
import type { TechPack, TechPackSize } from './schema.js';

export interface TechPackOptions {
  /** Whose sizes; women's by default. Dresses and skirts are drafted for women only. */
  readonly figure?: Figure;
  /** Names of sizes; by default all in which the shop sells the garment. Unknown names are left out. */
  readonly sizes?: readonly string[];
  /** Colors that have a name, as `#rrggbb`. */
  readonly palette: Readonly<Record<string, string>>;
}

/** A garment that is drafted: its tech pack, and the pieces of each size for the drawings. */
export interface Drawn {
  readonly available: true;
  readonly pack: TechPack;
  /** By the name of the size, in the order of `pack.sizes`. */
  readonly pieces: ReadonlyMap<string, readonly Piece[]>;
}

export interface NotDrawn {
  readonly available: false;
  /** A sentence for people. */
  readonly reason: string;
}

const SOURCES = [
  'EN 13402-3, Size designation of clothes: intervals of letter sizes',
  'ISO 8559-1, Size designation of clothes: anthropometric definitions',
  "W. Aldrich, Metric Pattern Cutting for Women's Wear: the women's table, from a transcription; blocks drafted after its method",
  "Men's measures other than chest and waist are approximations: compare them with your own table before cutting",
  'ISO 4915, Stitch types; ASTM D6673, Sewn products pattern data interchange',
];

/** Drafts a garment in its sizes, with what is needed to cut and sew it. */
export function techPack(garment: Garment, options: TechPackOptions): Drawn | NotDrawn {
  const drafting = draftings[garment.type];
  if ('unavailable' in drafting) return { available: false, reason: drafting.unavailable };
  const figure = drafting.figure ?? options.figure ?? 'women';
  const all = sizesFor(drafting, figure);
  const wanted = options.sizes ? all.filter(({ name }) => options.sizes?.includes(name)) : all;
  if (wanted.length === 0)
    return {
      available: false,
      reason: `This garment has the sizes ${all.map(({ name }) => name).join(', ')}.`,
    };
  const drafts = wanted.map(({ name, body }) => {
    const drafted = drafting.draft(garment, body);
    const pieces = finish(drafted.pieces, drafted.seams);
    return { name, body, drafted, pieces, fabric: fabricOf(pieces) };
  });
  // Quantities are for the middle size; the lengths of fabric are given for each.
  const base = drafts[Math.floor((drafts.length - 1) / 2)] ?? drafts[0];
  return {
    available: true,
    pieces: new Map(drafts.map(({ name, pieces }) => [name, pieces])),
    pack: {
      version: 1,
      title: titleOf(garment),
      garment: Object.fromEntries(
        Object.entries(garment).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      ),
      figure,
      sources: SOURCES,
      colors: colorsOf(garment, options.palette),
      materials: base ? materialsOf(garment, base.drafted, base.pieces, base.fabric) : [],
      stitches: stitchesOf(garment),
      sizes: drafts.map(({ name, body, drafted, pieces, fabric }): TechPackSize => ({
        name,
        body: bodyMeasures(body),
        measures: measuresOf(pieces, body),
        pieces: pieces.map(published),
        seams: drafted.seams.map((seam) => ({
          name: seam.name,
          a: [...seam.a],
          b: [...seam.b],
          lengthA: round(sideLength(drafted.pieces, seam.a), 2),
          lengthB: round(sideLength(drafted.pieces, seam.b), 2),
          ease: round(seam.ease, 2),
          how: seam.ease === 0 ? 'plain' : (seam.how ?? 'eased'),
        })),
        fabric,
      })),
    },
  };
}

const titleOf = ({ silhouette, material, type }: Garment): string =>
  `${silhouette === 'regular' ? '' : `${silhouette} `}${material} ${type}`.replace(/^./, (letter) =>
    letter.toUpperCase(),
  );

const bodyMeasures = (body: Body): Record<string, number> =>
  Object.fromEntries(Object.entries(body).map(([name, value]: [string, number]) => [name, round(value)]));

const xy = ([x, y]: Point): [number, number] => [round(x, 2), round(y, 2)];
const points = (line: Line): [number, number][] => line.map(xy);

function published(piece: Piece): TechPackSize['pieces'][number] {
  return {
    id: piece.id,
    name: piece.name,
    cut: piece.cut.map((one) => ({ ...one })),
    onFold: isOnFold(piece),
    seamLine: points(piece.seamLine),
    cutLine: points(piece.cutLine),
    grain: [xy(piece.grain[0]), xy(piece.grain[1])],
    edges: piece.edges.map(({ id, kind, line, allowance }) => ({
      id,
      kind,
      length: round(lengthOf(line), 2),
      allowance,
    })),
    notches: piece.notches.map(({ at, cut, seam }) => ({ at: xy(at), cut: xy(cut), seam })),
    marks: piece.marks.map(({ kind, label, line }) => ({ kind, label, line: points(line) })),
  };
}

function colorsOf(garment: Garment, palette: TechPackOptions['palette']): TechPack['colors'] {
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['fabric', garment.color],
    ['pattern', garment.pattern === 'solid' ? undefined : garment.accent],
    ['trim', garment.trim],
  ];
  return parts.flatMap(([part, hex]) => {
    if (hex === undefined) return [];
    const { l, a, b } = labOf(hex);
    const nearest = nearestName(hex, palette);
    return [
      {
        part,
        hex,
        lab: { l: round(l, 2), a: round(a, 2), b: round(b, 2) },
        name: nearest.name,
        difference: round(nearest.difference, 2),
      },
    ];
  });
}
