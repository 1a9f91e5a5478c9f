import type { Garment } from '../garment.js';
import { buttons, cut, strip, type Drafted } from './parts.js';
import type { Draft } from '../piece.js';

export function toteBag(garment: Garment): Drafted {
  const width = garment.silhouette === 'wide' ? 460 : 380;
  const [height, depth] = [400, 100];
  const body: Draft = {
    id: 'body',
    name: 'Body',
    edges: [
      {
        id: 'top',
        kind: 'hem',
        allowance: 40,
        line: [
          [0, 0],
          [width + depth, 0],
        ],
      },
      {
        id: 'right',
        kind: 'seam',
        allowance: 10,
        line: [
          [width + depth, 0],
          [width + depth, height],
        ],
      },
      {
        id: 'cornerRightSide',
        kind: 'seam',
        allowance: 10,
        line: [
          [width + depth, height],
          [width + depth / 2, height],
        ],
      },
      {
        id: 'cornerRightBottom',
        kind: 'seam',
        allowance: 10,
        line: [
          [width + depth / 2, height],
          [width + depth / 2, height + depth / 2],
        ],
      },
      {
        id: 'bottom',
        kind: 'seam',
        allowance: 10,
        line: [
          [width + depth / 2, height + depth / 2],
          [depth / 2, height + depth / 2],
        ],
      },
      {
        id: 'cornerLeftBottom',
        kind: 'seam',
        allowance: 10,
        line: [
          [depth / 2, height + depth / 2],
          [depth / 2, height],
        ],
      },
      {
        id: 'cornerLeftSide',
        kind: 'seam',
        allowance: 10,
        line: [
          [depth / 2, height],
          [0, height],
        ],
      },
      {
        id: 'left',
        kind: 'seam',
        allowance: 10,
        line: [
          [0, height],
          [0, 0],
        ],
      },
    ],
    cut: [cut(2)],
    grain: [
      [width / 2, 60],
      [width / 2, height - 60],
    ],
    marks: [0.28, 0.72].flatMap((share) =>
      buttons([(width + depth) * share, 20], [(width + depth) * share, 20], 1, 'strap'),
    ),
  };
  return {
    pieces: [body, strip('strap', 'Strap', 640, 120, [cut(2)], { foldLine: true })],
    seams: [
      {
        name: 'side seam',
        a: ['body.right'],
        b: ['-body.left'],
        ease: 0,
        matches: [{ a: height / 2, b: height / 2 }],
      },
      { name: 'bottom seam', a: ['body.bottom'], b: ['body.bottom'], ease: 0 },
      { name: 'bottom corner', a: ['body.cornerRightSide'], b: ['-body.cornerRightBottom'], ease: 0 },
      { name: 'bottom corner', a: ['body.cornerLeftBottom'], b: ['-body.cornerLeftSide'], ease: 0 },
    ],
  };
}

export function scarf(garment: Garment): Drafted {
  return {
    pieces: [
      strip('scarf', 'Scarf', 1800, garment.silhouette === 'wide' ? 700 : 350, [cut(1)], { allowance: 12 }),
    ],
    seams: [],
  };
}
