import { lighten, mix } from '../color.js';
import type { Cutter, Line, Piece } from '../garment.js';
import { curve } from '../geometry.js';
import { button, stud } from './hardware.js';
import { backWaist, leg, measures, waistband, type LegCut } from './leg.js';

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
