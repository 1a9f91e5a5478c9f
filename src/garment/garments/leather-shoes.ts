import { lighten } from '../color.js';
import type { Atelier, Cutter, Piece } from '../garment.js';
import { curve, type Node } from '../geometry.js';
import { cord, stud } from './hardware.js';
import { pair, placeAt, pointAt, rubber, seam, stitches, type Place } from './shoe.js';

function oneLoafer(atelier: Atelier, place: Place): Piece[] {
  const { design, plain, lining } = atelier;
  const blocks = design.pattern === 'colorblock';
  const main = blocks ? plain : atelier.main;
  const band = blocks ? { ...plain, color: plain.accent } : plain;
  const soleColor = design.trim ?? '#3a2a20';
  const upper: Node[] = [
    [-258, -24],
    [-270, -52, 's'],
    [-232, -92, 's'],
    [-150, -112, 's'],
    [-66, -146, 's'],
    [-14, -182],
    [34, -150, 's'],
    [120, -120, 's'],
    [196, -138, 's'],
    [236, -160],
    [248, -92, 's'],
    [244, -22],
    [0, -20, 's'],
  ];
  const mouth: Node[] = [
    [-14, -180],
    [110, -166, 's'],
    [236, -158],
    [196, -126, 's'],
    [118, -106, 's'],
    [36, -138, 's'],
  ];
  const apron: Node[] = [
    [-232, -84],
    [-150, -104, 's'],
    [-68, -140, 's'],
    [-16, -180],
    [16, -158],
    [-30, -104, 's'],
    [-110, -76, 's'],
    [-190, -62, 's'],
  ];
  const saddle: Node[] = [
    [-76, -20],
    [-82, -80, 's'],
    [-64, -150],
    [-30, -176],
    [2, -160],
    [-18, -100, 's'],
    [-16, -20],
  ];
  return [
    { outline: curve(place(mouth)), cloth: lining, shade: 0.42 },
    {
      outline: curve(place(upper)),
      cloth: main,
      roundness: 1.8,
      lift: 0.2,
      lines: [
        stitches(place, [
          [36, -142],
          [120, -112, 's'],
          [196, -130, 's'],
          [234, -150],
        ]),
        seam(place, [
          [190, -134],
          [180, -80, 's'],
          [186, -20],
        ]),
      ],
      folds: [
        { from: pointAt(place, [-110, -70]), to: pointAt(place, [-84, -24]), bend: 6, width: 8, depth: 0.3 },
      ],
    },
    {
      outline: curve(place(apron)),
      cloth: main,
      lift: 0.25,
      roundness: 1.5,
      lines: [
        stitches(
          place,
          [
            [-224, -80],
            [-190, -66, 's'],
            [-110, -80, 's'],
            [-32, -108, 's'],
            [12, -156],
          ],
          lighten(design.color, -0.18),
        ),
      ],
    },
    {
      outline: curve(place(saddle)),
      cloth: band,
      lift: 0.3,
      roundness: 0.9,
      lines: [
        stitches(place, [
          [-72, -22],
          [-77, -80, 's'],
          [-60, -147],
        ]),
        stitches(place, [
          [-22, -22],
          [-24, -100, 's'],
          [-4, -157],
        ]),
        {
          d: curve(
            place([
              [-66, -112],
              [-44, -120, 's'],
              [-26, -118],
            ]),
            false,
          ),
          kind: 'crease',
          width: 5,
        },
      ],
    },
    {
      outline: curve(
        place([
          [-264, -26],
          [0, -21, 's'],
          [250, -26],
          [252, -14, 's'],
          [246, 12],
          [120, 13],
          [112, -3],
          [-60, -2, 's'],
          [-220, -2, 's'],
          [-266, -12, 's'],
        ]),
      ),
      cloth: rubber(atelier, soleColor),
      lift: 0.2,
      roundness: 0.5,
      lines: [
        stitches(
          place,
          [
            [-258, -20],
            [0, -15, 's'],
            [246, -20],
          ],
          '#c9b188',
        ),
      ],
    },
  ];
}

export const loafer: Cutter = (atelier) => ({
  stance: 'laid',
  pieces: pair((place) => oneLoafer(atelier, place), 270),
});

function oneBoot(atelier: Atelier, place: Place): Piece[] {
  const { design, main, plain, lining } = atelier;
  const top = design.length === 'knee' ? -560 : -330;
  const laced = design.silhouette === 'high';
  const calf = design.length === 'knee' ? 24 : 4;
  const soleColor = design.trim ?? '#2a211b';
  const upper: Node[] = [
    [-236, -18], [-254, -64, 's'], [-210, -112, 's'], [-112, -138, 's'], [-34, -186, 's'], [0, -262, 's'], [-6 - calf * 0.6, (top - 262) / 2, 's'], [-8, top],
    [90, top + 6, 's'], [188, top - 4], [198 + calf, (top - 220) / 2, 's'], [192, -200, 's'], [206, -110, 's'], [210, -24], [0, -12, 's'],
  ]; // prettier-ignore
  const mouth: Node[] = [
    [-8, top],
    [90, top - 16, 's'],
    [188, top - 4],
    [90, top + 18, 's'],
  ];
  const gusset: Node[] = [
    [54, top + 4],
    [128, top + 3],
    [118, -220, 's'],
    [92, -158],
    [66, -220, 's'],
  ];
  const stay: Node[] = [
    [-96, -140],
    [-34, -188, 's'],
    [0, -262, 's'],
    [-8, top + 2],
    [32, top + 4],
    [38, -250, 's'],
    [4, -170, 's'],
    [-50, -112],
  ];
  const elastic = {
    ...plain,
    material: 'knit' as const,
    color: lighten(design.color, -0.06),
    weave: {
      width: 5,
      height: 20,
      content: '<path d="M1.500 0V20" stroke="#000" stroke-opacity="0.35" stroke-width="1.800"/>',
    },
  };
  const laces = Array.from({ length: 8 }, (_, index) => {
    const t = index / 7;
    const [x, y] = t < 0.4 ? [-70 + t * 175, -140 - t * 290] : [0, -256 + (t - 0.4) * 1.66 * (top + 276)];
    const [a, b] = [pointAt(place, [x - 6, y - 4]), pointAt(place, [x + 36, y + 8])];
    return (
      cord(
        `M${a[0].toFixed(1)} ${a[1].toFixed(1)}L${b[0].toFixed(1)} ${b[1].toFixed(1)}`,
        lighten(design.color, -0.14),
        6.5,
      ) + stud(b, 4, '#b39b6c')
    );
  }).join('');
  const shaftFolds = [-150, -196, -236, ...(design.length === 'knee' ? [-290, -340] : [])].map((y) => ({
    from: pointAt(place, [4, y - 30]),
    to: pointAt(place, [170, y + 14]),
    bend: 10,
    width: 9,
    depth: 0.26,
  }));
  return [
    { outline: curve(place(mouth)), cloth: lining, shade: 0.45 },
    {
      outline: curve(place(upper)),
      cloth: main,
      lift: 0.25,
      roundness: 2,
      folds: shaftFolds,
      lines: [
        seam(place, [
          [-60, -160],
          [10, -120, 's'],
          [50, -30],
        ]),
        stitches(place, [
          [-56, -153],
          [6, -116, 's'],
          [44, -30],
        ]),
        seam(place, [
          [186, -180],
          [150, -100, 's'],
          [146, -30],
        ]),
        stitches(place, [
          [-6, top + 12],
          [90, top + 18, 's'],
          [188, top + 8],
        ]),
      ],
    },
    laced
      ? {
          outline: curve(place(stay)),
          cloth: plain,
          lift: 0.25,
          roundness: 0.9,
          lines: [
            stitches(place, [
              [28, top + 6],
              [33, -250, 's'],
              [0, -174, 's'],
              [-48, -118],
            ]),
          ],
          hardware: laces,
        }
      : {
          outline: curve(place(gusset)),
          cloth: elastic,
          lift: 0,
          roundness: 0.6,
          lines: [
            stitches(place, [
              [50, top + 4],
              [62, -220, 's'],
              [92, -152],
              [122, -220, 's'],
              [133, top + 3],
            ]),
          ],
        },
    {
      outline: curve(
        place([
          [84, -34],
          [214, -36],
          [212, -8, 's'],
          [206, 1],
          [92, 1],
          [88, -14, 's'],
        ]),
      ),
      cloth: rubber(atelier, lighten(soleColor, -0.02)),
      roundness: 0.6,
    },
    {
      outline: curve(
        place([
          [-246, -34],
          [-100, -24, 's'],
          [60, -34, 's'],
          [216, -40],
          [218, -24],
          [84, -16, 's'],
          [20, -8, 's'],
          [-80, 1, 's'],
          [-220, 0, 's'],
          [-252, -14, 's'],
        ]),
      ),
      cloth: rubber(atelier, soleColor),
      lift: 0.15,
      roundness: 0.6,
      lines: [
        stitches(
          place,
          [
            [-240, -28],
            [-100, -18, 's'],
            [60, -28, 's'],
            [212, -34],
          ],
          '#b79f78',
        ),
      ],
    },
  ];
}

export const boot: Cutter = (atelier) => ({
  stance: 'standing',
  pieces: [...oneBoot(atelier, placeAt(120, -34, 0.86, 0.97)), ...oneBoot(atelier, placeAt(0, 0, 0.88, 1))],
});
