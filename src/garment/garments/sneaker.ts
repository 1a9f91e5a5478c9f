import { lighten, lightness } from '../color.js';
import type { Atelier, Cloth, Cutter, Piece } from '../garment.js';
import { curve, type Node, type Point } from '../geometry.js';
import { cord } from './hardware.js';
import { pair, pointAt, rubber, seam, stitches, type Place } from './shoe.js';

/** One low or high sneaker seen from the side, toe to the left, with its sole on y = 0. */
function oneSneaker(atelier: Atelier, place: Place): Piece[] {
  const { design, plain, lining } = atelier;
  // For a colorblock, its panels are the blocks.
  const main = design.pattern === 'colorblock' ? plain : atelier.main;
  const high = design.silhouette === 'high' ? 96 : 0;
  const soleColor = design.trim ?? (lightness(design.color) > 0.9 ? '#e6e0d2' : '#f1eee6');
  const second: Cloth = {
    ...plain,
    color:
      (design.pattern === 'solid' ? undefined : design.accent) ??
      lighten(design.color, lightness(design.color) > 0.5 ? -0.09 : 0.09),
    material: design.material === 'canvas' ? 'canvas' : 'suede',
  };
  const sole: Node[] = [
    [-266, -44],
    [-140, -36, 's'],
    [40, -40, 's'],
    [250, -50],
    [266, -24, 's'],
    [254, -1],
    [60, 2, 's'],
    [-180, 1, 's'],
    [-252, -8, 's'],
    [-274, -26, 's'],
  ];
  const upper: Node[] = [
    [-262, -38], [-272, -66, 's'], [-236, -104, 's'], [-160, -126, 's'], [-76, -166, 's'], [0, -218 - high * 0.6, 's'], [36, -246 - high],
    [84, -214 - high, 's'], [150, -188 - high, 's'], [214, -204 - high, 's'], [248, -226 - high], [256, -160 - high * 0.5, 's'], [246, -96, 's'], [254, -44], [0, -32, 's'],
  ]; // prettier-ignore
  const mouth: Node[] = [
    [34, -244 - high],
    [140, -238 - high, 's'],
    [248, -228 - high],
    [212, -190 - high, 's'],
    [146, -172 - high, 's'],
    [80, -198 - high, 's'],
  ];
  const tongue: Node[] = [
    [-8, -206 - high * 0.6],
    [14, -256 - high, 's'],
    [58, -262 - high, 's'],
    [84, -210 - high],
    [30, -180 - high * 0.5],
  ];
  const cap: Node[] = [
    [-264, -38],
    [-272, -66, 's'],
    [-236, -104, 's'],
    [-176, -121],
    [-150, -84, 's'],
    [-146, -34],
  ];
  const heel: Node[] = [
    [256, -42],
    [246, -96, 's'],
    [255, -158 - high * 0.4],
    [206, -150 - high * 0.3, 's'],
    [172, -96, 's'],
    [166, -36],
  ];
  const stay: Node[] = [
    [-118, -138],
    [-76, -168, 's'],
    [0, -219 - high * 0.6, 's'],
    [38, -246 - high],
    [66, -222 - high],
    [30, -176 - high * 0.6, 's'],
    [-40, -122, 's'],
    [-84, -98],
  ];
  const laces = Array.from({ length: high ? 8 : 6 }, (_, index) => {
    const t = (index + 0.6) / (high ? 8 : 6);
    const at: Point = [-104 + t * 132, -142 - t * (88 + high * 0.85) - Math.sin(t * Math.PI) * -8];
    const from = pointAt(place, [at[0] - 10, at[1] - 10]);
    const to = pointAt(place, [at[0] + 34, at[1] + 22]);
    return cord(
      `M${from[0].toFixed(1)} ${from[1].toFixed(1)}Q${((from[0] + to[0]) / 2 + 3).toFixed(1)} ${((from[1] + to[1]) / 2 - 8).toFixed(1)} ${to[0].toFixed(1)} ${to[1].toFixed(1)}`,
      lightness(design.color) > 0.8 ? '#e2ddd0' : '#f2efe8',
      8,
    );
  }).join('');
  return [
    { outline: curve(place(mouth)), cloth: lining, shade: 0.4, roundness: 1.2 },
    { outline: curve(place(tongue)), cloth: second, roundness: 1, lift: 0.1 },
    {
      outline: curve(place(upper)),
      cloth: main,
      lift: 0.2,
      roundness: 1.6,
      folds: [
        {
          from: pointAt(place, [-130, -116]),
          to: pointAt(place, [-96, -60]),
          bend: 8,
          width: 9,
          depth: 0.32,
        },
        {
          from: pointAt(place, [-104, -128]),
          to: pointAt(place, [-66, -76]),
          bend: 6,
          width: 8,
          depth: 0.28,
        },
      ],
      lines: [
        seam(place, [
          [-84, -98],
          [-20, -70, 's'],
          [60, -60, 's'],
          [166, -54],
        ]),
        stitches(place, [
          [-80, -92],
          [-20, -64, 's'],
          [60, -54, 's'],
          [166, -48],
        ]),
        stitches(place, [
          [84, -206 - high],
          [150, -180 - high, 's'],
          [214, -195 - high, 's'],
          [246, -216 - high],
        ]),
      ],
    },
    {
      outline: curve(place(cap)),
      cloth: second,
      lift: 0.18,
      roundness: 1.6,
      lines: [
        stitches(place, [
          [-182, -116],
          [-156, -84, 's'],
          [-152, -34],
        ]),
      ],
    },
    {
      outline: curve(place(heel)),
      cloth: second,
      lift: 0.18,
      roundness: 1.1,
      lines: [
        stitches(place, [
          [250, -150 - high * 0.4],
          [208, -143 - high * 0.3, 's'],
          [178, -94, 's'],
          [172, -40],
        ]),
      ],
    },
    {
      outline: curve(place(stay)),
      cloth: second,
      lift: 0.2,
      roundness: 0.8,
      lines: [
        stitches(place, [
          [-80, -104],
          [-38, -128, 's'],
          [27, -182 - high * 0.6, 's'],
          [60, -222 - high],
        ]),
      ],
      hardware: laces,
    },
    {
      outline: curve(place(sole)),
      cloth: rubber(atelier, soleColor),
      lift: 0.25,
      roundness: 1,
      lines: [
        seam(place, [
          [-272, -22],
          [0, -14, 's'],
          [262, -22],
        ]),
        stitches(
          place,
          [
            [-262, -36],
            [-140, -29, 's'],
            [40, -33, 's'],
            [252, -42],
          ],
          lighten(soleColor, -0.12),
        ),
      ],
    },
  ];
}

export const sneaker: Cutter = (atelier) => ({
  stance: 'laid',
  pieces: pair((place) => oneSneaker(atelier, place), atelier.design.silhouette === 'high' ? 400 : 300, 0.86),
});
