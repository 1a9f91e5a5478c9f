import type { Body } from '../body.js';
import type { Garment } from '../garment.js';
import { curve, first, last, lengthOf, path, reversed, type Line, type Point } from '../geometry.js';
import type { Draft, Edge, Mark, Seam } from '../piece.js';
import { allowances, back, cut, edge, fold, grainAt, of, strip, withDarts, type Drafted } from './parts.js';

/** A skirt's panels and the edges of its waist, each from the center to the side. */
export interface Panels extends Drafted {
  readonly frontWaist: readonly string[];
  readonly backWaist: readonly string[];
  /** How much of the waist is pleated away in each quarter. */
  readonly pleated: number;
  /** The fronts overlap by so much at each side of the center. */
  readonly overlap: number;
}

export interface PanelOptions {
  /** Finished length of a quarter of the waist. */
  readonly waist: number;
  readonly length: number;
  /** Buttoned through: extension and facing at the center front. */
  readonly placket?: number;
  readonly hipEase: number;
}

/** Hems as shares of the length from waist to knee. */
const HEMS: Readonly<Record<string, number>> = { mini: 0.74, knee: 1, midi: 1.3, maxi: 1.68 };
/** How much wider than the hip a quarter of the hem is. */
const TAPERS: Readonly<Record<string, number>> = { pencil: -22, bodycon: -14, shift: 18 };

/** Length below the waist. */
export function skirtLength(length: Garment['length'], body: Body): number {
  const share = HEMS[length] ?? 1;
  return body.waistToKnee * share - 10;
}

const FLARED = new Set<Garment['silhouette']>(['a-line', 'wrap']);
/** A flared quarter opens by at least this angle: a skirt with a sweep of about 1.6 m. */
const FLARE = 0.32;
/** Fabric of a pleated panel for each finished length: knife pleats that touch. */
const PLEAT_FULLNESS = 3;
const VENT = { width: 40, height: 180 } as const;

/**
 * Drafts the panels of a skirt. Darted ones follow the tailored skirt block of W. Aldrich; flared ones are sectors of a
 * circle, so that the hem is level and waist and hem follow each other.
 */
export function panels(garment: Garment, body: Body, options: PanelOptions): Panels {
  const made =
    garment.silhouette === 'pleated'
      ? pleated(body, options)
      : FLARED.has(garment.silhouette)
        ? flared(garment.silhouette === 'wrap', body, options)
        : darted(garment.silhouette, body, options);
  const { placket, length } = options;
  return placket === undefined
    ? made
    : {
        ...made,
        pieces: made.pieces.map((piece) =>
          piece.id === 'skirtFront' ? opened(piece, placket, length) : piece,
        ),
      };
}

/** Opens a front at its fold, with an extension and a facing that are cut on. */
function opened(piece: Draft, placket: number, length: number): Draft {
  const hem = piece.edges.find(({ kind }) => kind === 'hem');
  const top = last(piece.edges.find(({ kind }) => kind === 'fold')?.line ?? [[0, 0]]);
  return {
    ...piece,
    cut: piece.cut.map((one) => ({ ...one, count: 2 })),
    edges: piece.edges.flatMap((one) =>
      one.kind === 'fold'
        ? [
            edge(
              'standHem',
              [
                [0, length],
                [-placket, length],
              ],
              hem?.allowance,
              'hem',
            ),
            edge('front', [
              [-placket, length],
              [-placket, top[1]],
            ]),
            edge('stand', [[-placket, top[1]], top]),
          ]
        : [one],
    ),
    marks: [...(piece.marks ?? []), { kind: 'placement', label: 'center front', line: [top, [0, length]] }],
  };
}

function sector(
  radius: number,
  length: number,
  from: number,
  to: number,
): { waist: Line; side: Line; hem: Line; start: Line } {
  const arc = (r: number): Line =>
    Array.from({ length: 33 }, (_, i): Point => {
      const angle = from + ((to - from) * i) / 32;
      return [r * Math.sin(angle), -radius + r * Math.cos(angle)];
    });
  const [waist, hem] = [arc(radius), arc(radius + length)];
  return { waist, side: [last(waist), last(hem)], hem: reversed(hem), start: [first(hem), first(waist)] };
}

function flared(wrap: boolean, body: Body, { waist, length, placket, hipEase }: PanelOptions): Panels {
  const angle = Math.max(FLARE, ((body.hip + hipEase) / 4 - waist) / body.waistToHip);
  const radius = waist / angle;
  const overlap = wrap ? waist * 0.72 : 0;
  const rear = sector(radius, length, 0, angle);
  const ahead = sector(radius, length, wrap ? -overlap / radius : 0, angle);
  const isOpen = placket !== undefined;
  const front: Draft = {
    id: 'skirtFront',
    name: 'Skirt front',
    edges: [
      edge('waist', ahead.waist),
      edge('side', ahead.side),
      edge('hem', ahead.hem, allowances.narrowHem, 'hem'),
      wrap ? edge('front', ahead.start, allowances.hem, 'edge') : fold(ahead.start),
    ],
    cut: [cut(wrap ? 2 : 1)],
    grain: grainAt(waist * 0.5, 30, length),
    marks: wrap
      ? [
          {
            kind: 'placement',
            label: 'center front',
            line: [
              [0, 0],
              [0, length],
            ],
          },
        ]
      : [],
  };
  const rearPiece: Draft = {
    id: 'skirtBack',
    name: 'Skirt back',
    edges: [
      edge('waist', rear.waist),
      edge('side', rear.side),
      edge('hem', rear.hem, allowances.narrowHem, 'hem'),
      wrap || isOpen ? fold(rear.start) : edge('center', rear.start, 15),
    ],
    cut: [cut(wrap || isOpen ? 1 : 2)],
    grain: grainAt(waist * 0.5, 30, length),
  };
  return {
    pieces: [front, rearPiece],
    seams: [sideSeam(body, length), ...(wrap || isOpen ? [] : [centerBack])],
    frontWaist: ['skirtFront.waist'],
    backWaist: ['skirtBack.waist'],
    pleated: 0,
    overlap,
  };
}

const centerBack: Seam = {
  name: 'skirt center back',
  a: ['skirtBack.center'],
  b: ['skirtBack.center'],
  ease: 0,
};

const sideSeam = (body: Body, length: number): Seam => ({
  name: 'skirt side seam',
  a: ['skirtFront.side'],
  b: ['skirtBack.side'],
  ease: 0,
  matches: [body.waistToHip, ...(length > 500 ? [length * 0.75] : [])].map((at) => ({ a: at, b: at })),
});

function darted(
  silhouette: Garment['silhouette'],
  body: Body,
  { waist, length, hipEase }: PanelOptions,
): Panels {
  const hip = (body.hip + hipEase) / 4;
  const taken = hip - waist;
  const shaped = Math.max(8, taken * 0.45);
  const darts = Math.max(0, taken - shaped);
  const rise = 12;
  const taper = TAPERS[silhouette] ?? 6;
  const hipY = body.waistToHip;
  const top: Point = [hip - shaped, -rise];
  const side = path(
    curve(top, [top[0] + shaped * 0.55, -rise + hipY * 0.3], [hip, hipY * 0.6], [hip, hipY]),
    curve(
      [hip, hipY],
      [hip, hipY + (length - hipY) * 0.3],
      [hip + taper, hipY + (length - hipY) * 0.7],
      [hip + taper, length],
    ),
  );
  const rows = (
    id: string,
    count: number,
    drop: number,
  ): { edges: Edge[]; marks: Mark[]; names: string[] } => {
    const start: Point = [0, drop];
    const line = curve(start, [top[0] * 0.4, drop], [top[0] * 0.75, -rise + 3], top);
    const each = darts / count;
    // The line is longer than its chord: the surplus goes into the darts, so that the finished waist is exact.
    const surplus = lengthOf(line) - (waist + darts);
    const opened = Array.from({ length: count }, (_, i) => ({
      at: (lengthOf(line) * (i + 1)) / (count + 1),
      width: each + surplus / count,
      depth: count === 1 ? 95 : 135 - i * 15,
    }));
    return withDarts(id, line, darts > 4 ? opened : [], allowances.seam);
  };
  const [front, rear] = [rows('waist', 1, 0), rows('waist', 2, 10)];
  const hasVent = length > body.waistToKnee * 0.9;
  const ventTop = length - VENT.height;
  const hem = (): Edge => edge('hem', [last(side), [0, length]], allowances.deepHem, 'hem');
  return {
    pieces: [
      {
        id: 'skirtFront',
        name: 'Skirt front',
        edges: [
          ...front.edges,
          edge('side', side),
          hem(),
          fold([
            [0, length],
            [0, 0],
          ]),
        ],
        cut: [cut(1)],
        grain: grainAt(hip * 0.5, 120, length),
        marks: front.marks,
      },
      {
        id: 'skirtBack',
        name: 'Skirt back',
        edges: [
          ...rear.edges,
          edge('side', side),
          ...(hasVent
            ? [
                edge('hem', [last(side), [-VENT.width, length]], allowances.deepHem, 'hem'),
                edge(
                  'vent',
                  [
                    [-VENT.width, length],
                    [-VENT.width, ventTop + 15],
                  ],
                  10,
                  'edge',
                ),
                edge(
                  'ventTop',
                  [
                    [-VENT.width, ventTop + 15],
                    [0, ventTop],
                  ],
                  10,
                  'edge',
                ),
                edge(
                  'center',
                  [
                    [0, ventTop],
                    [0, 10],
                  ],
                  15,
                ),
              ]
            : [
                hem(),
                edge(
                  'center',
                  [
                    [0, length],
                    [0, 10],
                  ],
                  15,
                ),
              ]),
        ],
        cut: [cut(2)],
        grain: grainAt(hip * 0.5, 160, length),
        marks: [
          ...rear.marks,
          ...(hasVent
            ? [
                {
                  kind: 'foldLine',
                  label: 'vent fold',
                  line: [
                    [0, ventTop],
                    [0, length],
                  ],
                } as const,
              ]
            : []),
        ],
      },
    ],
    seams: [sideSeam(body, length), centerBack],
    frontWaist: of('skirtFront', front.names),
    backWaist: of('skirtBack', rear.names),
    pleated: 0,
    overlap: 0,
  };
}

function pleated(body: Body, { waist, length, hipEase, placket }: PanelOptions): Panels {
  const hip = (body.hip + hipEase) / 4;
  const count = Math.round(hip / 38);
  const pitch = hip / count;
  const width = hip * PLEAT_FULLNESS;
  const extra = (hip - waist) / count;
  const marks = Array.from({ length: count }, (_, i): Mark[] => {
    const placed = (i + 0.5) * pitch * PLEAT_FULLNESS - pitch;
    const folded = placed + 2 * pitch;
    const hipY = body.waistToHip;
    return [
      {
        kind: 'pleat',
        label: i === 0 ? 'lay on this line' : '',
        line: [
          [placed - extra / 2, 0],
          [placed, hipY],
          [placed, length],
        ],
      },
      {
        kind: 'pleat',
        label: i === 0 ? 'fold' : '',
        line: [
          [folded + extra / 2, 0],
          [folded, hipY],
          [folded, length],
        ],
      },
    ];
  }).flat();
  const panel = (id: string, name: string, isFront: boolean): Draft => ({
    id,
    name,
    edges: [
      edge('waist', [
        [0, 0],
        [width, 0],
      ]),
      edge('side', [
        [width, 0],
        [width, length],
      ]),
      edge(
        'hem',
        [
          [width, length],
          [0, length],
        ],
        allowances.deepHem,
        'hem',
      ),
      // No fabric is wide enough for both halves: a seam inside a pleat joins them.
      isFront && placket !== undefined
        ? fold([
            [0, length],
            [0, 0],
          ])
        : edge(
            'center',
            [
              [0, length],
              [0, 0],
            ],
            15,
          ),
    ],
    cut: [cut(2)],
    grain: grainAt(width * 0.5, 20, length),
    marks,
  });
  return {
    pieces: [panel('skirtFront', 'Skirt front', true), panel('skirtBack', 'Skirt back', false)],
    seams: [
      sideSeam(body, length),
      centerBack,
      ...(placket === undefined
        ? [{ name: 'skirt center front', a: ['skirtFront.center'], b: ['skirtFront.center'], ease: 0 }]
        : []),
    ],
    frontWaist: ['skirtFront.waist'],
    backWaist: ['skirtBack.waist'],
    pleated: width - waist,
    overlap: 0,
  };
}

/** A straight waistband whose lower edge is divided where seams meet it. */
export function waistband(segments: readonly { id: string; length: number }[], height: number): Draft {
  const width = segments.reduce((sum, { length }) => sum + length, 0);
  const cuts = [cut(1), cut(1, 'interfacing')];
  const whole = strip('waistband', 'Waistband', width, height * 2, cuts, { foldLine: true });
  let x = width;
  const bottom = [...segments].reverse().map(({ id, length }): Edge => {
    const line: Line = [
      [x, height * 2],
      [x - length, height * 2],
    ];
    x -= length;
    return edge(id, line);
  });
  return { ...whole, edges: whole.edges.flatMap((one) => (one.id === 'bottom' ? bottom : [one])) };
}

const WAIST_EASE = 10;

export function skirt(garment: Garment, body: Body): Drafted {
  const waist = (body.waist + WAIST_EASE) / 4;
  const made = panels(garment, body, { waist, length: skirtLength(garment.length, body), hipEase: 40 });
  const wrap = made.overlap > 0;
  const frontFull = wrap ? waist + made.overlap : waist;
  const segments = wrap
    ? [
        { id: 'leftFront', length: frontFull },
        { id: 'leftBack', length: waist },
        { id: 'rightBack', length: waist },
        { id: 'rightFront', length: frontFull },
      ]
    : [
        { id: 'extension', length: 30 },
        { id: 'leftBack', length: waist },
        { id: 'leftFront', length: waist },
        { id: 'rightFront', length: waist },
        { id: 'rightBack', length: waist },
      ];
  const band = waistband(segments, 35);
  const ease = made.pleated;
  const how = ease > 0 ? ({ how: 'pleated' } as const) : {};
  const join = (id: string, edges: readonly string[]): Seam => ({
    name: `waist ${id}`,
    a: [`-waistband.${id}`],
    b: edges,
    ease,
    ...how,
  });
  const ties = strip('tie', 'Tie', 900, 60, [cut(2)], { foldLine: true });
  return {
    pieces: [...made.pieces, band, ...(wrap ? [ties] : [])],
    seams: [
      ...made.seams,
      join('leftBack', wrap ? back(made.backWaist) : made.backWaist),
      join('leftFront', wrap ? made.frontWaist : back(made.frontWaist)),
      join('rightFront', wrap ? back(made.frontWaist) : made.frontWaist),
      join('rightBack', wrap ? made.backWaist : back(made.backWaist)),
    ],
  };
}
