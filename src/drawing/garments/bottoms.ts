import { lighten, mix } from '../color.js';
import type { Atelier, Cloth, Cutter, Fold, Line, Piece } from '../garment.js';
import { curve, jitter, type Node } from '../geometry.js';
import { button, stud } from './hardware.js';
import { strip } from './torso.js';

interface LegCut {
  waist: number;
  hip: number;
  /** Half widths of the leg at knee and hem. */
  knee: number;
  hem: number;
  /** Height of the crotch and of the hem below the waist. */
  rise: number;
  bottom: number;
}

const legs: Readonly<Record<string, readonly [knee: number, hem: number]>> = {
  straight: [62, 57], regular: [66, 64], slim: [54, 44], skinny: [48, 35], wide: [82, 92], flared: [54, 84], tapered: [64, 43], pleated: [72, 52],
}; // prettier-ignore

const mirror = (nodes: readonly Node[], side: number): Node[] =>
  nodes.map(([x, y, kind]): Node => (kind ? [side * x, y, kind] : [side * x, y]));

/** One leg from waist to hem, with its hem's inside. */
function leg(
  side: 1 | -1,
  cut: LegCut,
  cloth: Cloth,
  lining: Cloth,
  { random }: Atelier,
  lines: readonly Line[],
): Piece[] {
  const { waist, hip, rise, bottom } = cut;
  const short = bottom < 620;
  const kneeY = short ? (rise + bottom) / 2 : rise + (bottom - rise) * 0.46;
  const lean = short ? 20 : 12 + cut.hem * 0.2;
  const middle = (y: number): number => hip * 0.53 + lean * ((y - rise) / Math.max(1, bottom - rise));
  const hemX = middle(bottom);
  const kneeX = middle(kneeY);
  const shortHalf = hip * 0.5 + (cut.hem - 57) * 0.3;
  const [knee, hem] = short ? [shortHalf, shortHalf - 2] : [cut.knee, cut.hem];
  const nodes: Node[] = [
    [-2, 4],
    [waist, 0],
    [hip - 4, rise * 0.55, 's'],
    [hip + 2, rise * 0.92, 's'],
    [kneeX + knee, kneeY, 's'],
    [hemX + hem, bottom - 3],
    [hemX, bottom + 5, 's'],
    [hemX - hem, bottom],
    [kneeX - knee, kneeY, 's'],
    [9, rise + 26, 's'],
    [-2, rise],
  ];
  const folds: Fold[] = [];
  const add = (
    from: readonly [number, number],
    to: readonly [number, number],
    width: number,
    depth: number,
  ): void => {
    folds.push({
      from: [side * from[0], from[1]],
      to: [side * to[0], to[1]],
      bend: random.between(-12, 12),
      width: width * 1.3,
      depth: depth * 0.72,
    });
  };
  for (let index = 0; index < 4; index++)
    add(
      [6, rise + random.between(-30, 24)],
      [random.between(0.4, 0.85) * hip, rise + random.between(-70, 60)],
      random.between(5, 10),
      random.between(0.25, 0.45),
    );
  if (!short) {
    for (let index = 0; index < 6; index++) {
      const y = kneeY + random.between(-90, 90);
      const from = random.chance(0.5) ? -1 : 1;
      add(
        [kneeX + from * knee, y],
        [kneeX - from * knee * random.between(-0.1, 0.7), y + random.between(-40, 40)],
        random.between(5, 9),
        random.between(0.16, 0.38),
      );
    }
    for (let index = 0; index < 4; index++) {
      const y = bottom - random.between(14, 120);
      add(
        [hemX - hem, y],
        [hemX + hem * random.between(0.1, 0.9), y + random.between(-26, 26)],
        random.between(5, 9),
        random.between(0.14, 0.4),
      );
    }
  }
  for (let index = 0; index < 3; index++)
    add(
      [hip * random.between(0.35, 0.8), rise + 30],
      [middle(bottom) + hem * random.between(-0.5, 0.5), bottom - random.between(0, (bottom - rise) * 0.5)],
      random.between(8, 14),
      random.between(0.2, 0.34),
    );
  const hemLine = (up: number): Line => ({
    d: curve(
      mirror(
        [
          [hemX - hem - 4, bottom - up],
          [hemX, bottom + 5 - up, 's'],
          [hemX + hem + 4, bottom - 3 - up],
        ],
        side,
      ),
      false,
    ),
    kind: 'stitch',
    width: 1.1,
  });
  return [
    {
      outline: curve(
        mirror(
          [
            [hemX - hem + 2, bottom - 2],
            [hemX, bottom - 8, 's'],
            [hemX + hem - 2, bottom - 4],
            [hemX, bottom + 4, 's'],
          ],
          side,
        ),
      ),
      cloth: lining,
      shade: 0.4,
    },
    {
      outline: curve(mirror(jitter(nodes, random, 2), side)),
      cloth,
      grain: -side * 3,
      folds,
      lines: [...lines, hemLine(18)],
      lift: side === 1 ? 0.22 : 0,
    },
  ];
}

/** The inside of the back waist, with its label. */
function backWaist(waist: number, lining: Cloth): Piece {
  return {
    outline: curve([
      [-waist, 0],
      [-waist * 0.5, -10, 's'],
      [0, -13, 's'],
      [waist * 0.5, -10, 's'],
      [waist, 0],
      [waist * 0.6, 30],
      [-waist * 0.6, 30],
    ]),
    cloth: lining,
    shade: 0.32,
    applied:
      '<rect x="-22" y="-9" width="44" height="17" rx="1.500" fill="#e9e4d8"/><rect x="-14" y="-3" width="28" height="4" rx="1" fill="#77736c" fill-opacity="0.55"/>',
  };
}

/** The waistband in front, with its loops. */
function waistband(
  waist: number,
  cloth: Cloth,
  thread: string | undefined,
  loops: boolean,
  hardware: string,
): Piece[] {
  const line = (y: number): Line => ({
    d: curve(
      [
        [-waist - 2, y],
        [0, y + 9, 's'],
        [waist + 2, y],
      ],
      false,
    ),
    kind: 'stitch',
    width: 1.1,
    ...(thread ? { color: thread } : {}),
  });
  return [
    {
      outline: curve([
        [-waist, -2],
        [0, 8, 's'],
        [waist, -2],
        [waist + 3, 32],
        [0, 43, 's'],
        [-waist - 3, 32],
      ]),
      cloth,
      lift: 0.18,
      roundness: 0.6,
      lines: [line(3), line(27)],
    },
    ...(loops
      ? [-0.62, 0.62].map((t): Piece => ({
          outline: strip([waist * t, -2], [waist * t * 1.02, 42], 11),
          cloth,
          lift: 0.3,
          roundness: 0.6,
          hardware: t > 0 ? hardware : '',
        }))
      : []),
  ];
}

function measures(atelier: Atelier, bottom: number): LegCut {
  const { silhouette } = atelier.design;
  const [knee, hem] = legs[silhouette] ?? [62, 57];
  const wide = silhouette === 'wide' ? 10 : silhouette === 'skinny' ? -10 : 0;
  return { waist: 128, hip: 156 + wide, knee, hem, rise: 248, bottom };
}

export const trousers: Cutter = (atelier) => {
  const { design, main, lining } = atelier;
  const cut = measures(atelier, design.length === 'cropped' ? 770 : 900);
  const pleated = design.silhouette === 'pleated' || design.silhouette === 'wide';
  const details = (side: 1 | -1): Line[] => [
    {
      d: curve(
        [
          [side * (cut.waist - 22), 36],
          [side * (cut.hip - 4), 160],
        ],
        false,
      ),
      kind: 'seam',
      width: 1.8,
    },
    {
      d: curve(
        [
          [side * (cut.waist - 27), 36],
          [side * (cut.hip - 10), 160],
        ],
        false,
      ),
      kind: 'stitch',
      width: 1,
    },
    ...(pleated
      ? [
          {
            d: curve(
              [
                [side * 66, 40],
                [side * 76, 200],
              ],
              false,
            ),
            kind: 'crease' as const,
            width: 3,
          },
        ]
      : []),
    ...(design.material === 'wool' || pleated
      ? [
          {
            d: curve(
              [
                [side * 76, 120],
                [side * 84, 480, 's'],
                [side * (cut.hip * 0.53 + 20), 900],
              ],
              false,
            ),
            kind: 'crease' as const,
            width: 1.8,
          },
        ]
      : []),
  ];
  const fly: Line[] = [
    {
      d: curve(
        [
          [30, 40],
          [28, 150, 's'],
          [2, 196],
        ],
        false,
      ),
      kind: 'stitch',
      width: 1,
    },
  ];
  return {
    stance: 'laid',
    pieces: [
      backWaist(cut.waist, lining),
      ...leg(-1, cut, main, lining, atelier, details(-1)),
      ...leg(1, cut, main, lining, atelier, [...details(1), ...fly]),
      ...waistband(
        cut.waist,
        main,
        undefined,
        true,
        button([0, 24], 8, design.trim ?? lighten(design.color, -0.14)),
      ),
    ],
  };
};

/** The wear of denim on the thighs and knees: where the dye is rubbed off. */
function fade(side: number, cut: LegCut, color: string): string {
  const pale = mix(color, '#dfe8f0', 0.75);
  const x = side * (cut.hip * 0.55);
  return [1, 0.8, 0.6, 0.4]
    .map(
      (size) =>
        `<ellipse cx="${x}" cy="${cut.rise + 120}" rx="${cut.knee * 0.95 * size}" ry="${300 * size}" fill="${pale}" fill-opacity="0.09"/>`,
    )
    .join('');
}

export const jeans: Cutter = (atelier) => {
  const { design, main, plain, lining } = atelier;
  const cut = measures(atelier, design.length === 'cropped' ? 770 : 900);
  const thread = design.trim ?? '#c98b45';
  const copper = '#b07a4a';
  const pocket = (side: 1 | -1): Line[] => [
    ...[0, 5].map((inset): Line => ({
      d: curve(
        [
          [side * (cut.waist - 62 - inset), 36],
          [side * (cut.waist - 50), 82 + inset, 's'],
          [side * (cut.hip - 4), 104 + inset],
        ],
        false,
      ),
      kind: 'stitch',
      color: thread,
      width: 1.2,
    })),
    {
      d: curve(
        [
          [side * (cut.waist - 64), 36],
          [side * (cut.waist - 51), 81, 's'],
          [side * (cut.hip - 4), 102],
        ],
        false,
      ),
      kind: 'seam',
      width: 1.8,
    },
    {
      d: curve(
        [
          [side * (cut.hip - 7), 110],
          [side * (cut.hip - 3), cut.rise, 's'],
          [side * (cut.hip * 0.53 + 10 + cut.knee), 520],
        ],
        false,
      ),
      kind: 'stitch',
      color: thread,
      width: 1,
    },
  ];
  const fly: Line[] = [0, 5].map((inset) => ({
    d: curve(
      [
        [36 - inset, 40],
        [34 - inset, 150, 's'],
        [3, 200 - inset],
      ],
      false,
    ),
    kind: 'stitch',
    color: thread,
    width: 1.2,
  }));
  const seam: Line = { d: 'M0 40C2 100 0 200 -1 250', kind: 'seam', width: 1.8 };
  const worn = (pieces: Piece[], side: number): Piece[] =>
    pieces.map((piece, index) =>
      index === 1
        ? {
            ...piece,
            applied: fade(side, cut, design.color),
            lines: (piece.lines ?? []).map((line) =>
              line.kind === 'stitch' ? { ...line, color: thread } : line,
            ),
          }
        : piece,
    );
  const rivets = [-1, 1]
    .flatMap((side) => [
      stud([side * (cut.waist - 60), 42], 3.4, copper),
      stud([side * (cut.hip - 9), 100], 3.4, copper),
    ])
    .join('');
  return {
    stance: 'laid',
    pieces: [
      backWaist(cut.waist, lining),
      ...worn(
        leg(-1, cut, main, { ...plain, color: mix(design.color, '#e8e8e8', 0.45) }, atelier, pocket(-1)),
        -1,
      ),
      ...worn(
        leg(1, cut, main, { ...plain, color: mix(design.color, '#e8e8e8', 0.45) }, atelier, [
          ...pocket(1),
          ...fly,
          seam,
        ]),
        1,
      ),
      ...waistband(cut.waist, main, thread, true, stud([0, 24], 9, copper) + rivets),
    ],
  };
};

export const shorts: Cutter = (atelier) => {
  const { design, main, lining } = atelier;
  const cut = measures(atelier, design.length === 'short' ? 390 : 480);
  const denim = design.material === 'denim';
  const thread = denim ? '#c98b45' : undefined;
  const sporty = design.material === 'nylon' || design.material === 'fleece';
  const details = (side: 1 | -1): Line[] => [
    {
      d: curve(
        [
          [side * (cut.waist - 24), 36],
          [side * (cut.hip - 4), 150],
        ],
        false,
      ),
      kind: 'seam',
      width: 1.8,
    },
    {
      d: curve(
        [
          [side * (cut.waist - 29), 36],
          [side * (cut.hip - 9), 150],
        ],
        false,
      ),
      kind: 'stitch',
      width: 1,
      ...(thread ? { color: thread } : {}),
    },
    ...(design.silhouette === 'pleated'
      ? [
          {
            d: curve(
              [
                [side * 66, 40],
                [side * 78, 220],
              ],
              false,
            ),
            kind: 'crease' as const,
            width: 3,
          },
        ]
      : []),
  ];
  const fly: Line[] = sporty
    ? []
    : [
        {
          d: curve(
            [
              [30, 40],
              [28, 150, 's'],
              [2, 196],
            ],
            false,
          ),
          kind: 'stitch',
          width: 1,
          ...(thread ? { color: thread } : {}),
        },
      ];
  const drawstring =
    '<path d="M-10 26C-24 70 -20 110 -26 150M10 26C22 60 18 100 28 138" fill="none" stroke="#000" stroke-opacity="0.25" stroke-width="6.500" transform="translate(2 3)"/><path d="M-10 26C-24 70 -20 110 -26 150M10 26C22 60 18 100 28 138" fill="none" stroke="#ece8de" stroke-width="5" stroke-linecap="round"/>';
  return {
    stance: 'laid',
    pieces: [
      backWaist(cut.waist, lining),
      ...leg(-1, cut, main, lining, atelier, details(-1)),
      ...leg(1, cut, main, lining, atelier, [...details(1), ...fly]),
      ...waistband(
        cut.waist,
        sporty
          ? {
              ...main,
              weave: {
                width: 7,
                height: 20,
                content: '<path d="M2 0V20" stroke="#000" stroke-opacity="0.25" stroke-width="2"/>',
              },
            }
          : main,
        thread,
        !sporty,
        denim ? stud([0, 24], 9, '#b07a4a') : button([0, 24], 8, design.trim ?? lighten(design.color, -0.14)),
      ).map((piece) => (sporty ? { ...piece, hardware: drawstring } : piece)),
    ],
  };
};
