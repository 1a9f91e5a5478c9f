import type { Drafted } from './drafts/parts.js';
import type { Garment } from './garment.js';
import { areaOf, boxOf, lengthOf } from './geometry.js';
import { isOnFold, type Fabric, type Piece } from './piece.js';
import type { TechPack, TechPackSize } from './schema.js';

/** Usable width of a roll, millimeters. */
const WIDTHS: Readonly<Record<Fabric, number>> = {
  main: 1400,
  contrast: 1400,
  rib: 1000,
  lining: 1400,
  interfacing: 900,
  wadding: 1500,
  pocketing: 1400,
};
const GAP = 5;

const KNITTED_TYPES = new Set<Garment['type']>([
  't-shirt',
  'tank top',
  'polo',
  'sweater',
  'sweatshirt',
  'hoodie',
  'cardigan',
]);

/** Whether a garment is sewn from stretching fabric. */
export const isKnitted = (garment: Garment): boolean =>
  KNITTED_TYPES.has(garment.type) || garment.material === 'knit' || garment.material === 'cable knit';

/** How much of each fabric a size takes: its pieces' boxes, laid in rows with the grain along the roll. */
export function fabricOf(pieces: readonly Piece[]): TechPackSize['fabric'] {
  const rolls = new Map<Fabric, { width: number; height: number; area: number }[]>();
  for (const piece of pieces) {
    const box = boxOf(piece.cutLine);
    const open = isOnFold(piece) ? 2 : 1;
    const [from, to] = piece.grain;
    const isAcross = Math.abs(to[0] - from[0]) > Math.abs(to[1] - from[1]);
    const [width, height] = isAcross ? [box.height, box.width * open] : [box.width * open, box.height];
    for (const { fabric, count } of piece.cut) {
      const list = rolls.get(fabric) ?? [];
      rolls.set(fabric, list);
      const area = Math.abs(areaOf(piece.cutLine)) * open;
      for (let i = 0; i < count; i++) list.push({ width: width + GAP, height: height + GAP, area });
    }
  }
  return [...rolls].map(([fabric, boxes]) => {
    const width = Math.max(WIDTHS[fabric], ...boxes.map((box) => box.width));
    const length = rows(boxes, width);
    const area = boxes.reduce((sum, box) => sum + box.area, 0);
    return {
      fabric,
      width: Math.ceil(width),
      length: Math.ceil(length),
      area: round(area / 1e6, 3),
      use: round(area / (width * length), 3),
    };
  });
}

/** Length of the rows that boxes fill, first fit by decreasing length. */
function rows(boxes: readonly { width: number; height: number }[], width: number): number {
  const shelves: { free: number; height: number }[] = [];
  for (const box of [...boxes].sort((a, b) => b.height - a.height)) {
    const shelf = shelves.find(({ free }) => free >= box.width);
    if (shelf) shelf.free -= box.width;
    else shelves.push({ free: width - box.width, height: box.height });
  }
  return shelves.reduce((sum, { height }) => sum + height, 0);
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** Meters of thread for a meter of seam: lockstitch 301 (2.5 by Coats) with overlock 504, and overlock 514, rules of thumb. */
const THREAD = { woven: 2.5 + 14, knitted: 20 } as const;
const THREAD_WASTE = 1.15;

/** What is bought for a garment of one size, fabrics first. */
export function materialsOf(
  garment: Garment,
  drafted: Drafted,
  pieces: readonly Piece[],
  fabric: TechPackSize['fabric'],
): TechPack['materials'] {
  const sewn = pieces.reduce(
    (sum, piece) =>
      sum +
      (piece.cut.find(({ fabric: roll }) => roll !== 'interfacing')?.count ?? 0) *
        (isOnFold(piece) ? 2 : 1) *
        piece.edges.reduce((edges, edge) => edges + (edge.kind === 'fold' ? 0 : lengthOf(edge.line)), 0),
    0,
  );
  const thread = (sewn / 2 / 1000) * THREAD[isKnitted(garment) ? 'knitted' : 'woven'] * THREAD_WASTE;
  const names: Readonly<Record<Fabric, string>> = {
    main: `${garment.material}${garment.pattern === 'solid' ? '' : `, ${garment.pattern}`}`,
    contrast: 'contrast fabric',
    rib: '1 × 1 rib, stretch 60 %',
    lining: 'lining',
    interfacing: 'fusible interfacing',
    wadding: 'wadding 100 g/m²',
    pocketing: 'pocketing',
  };
  return [
    ...fabric.map(({ fabric: roll, width, length }) => ({
      item: `${roll}: ${names[roll]}`,
      quantity: `${round(length / 1000, 2)} m`,
      note: `estimate at ${width / 10} cm usable width, without pattern matching and shrinkage`,
    })),
    {
      item: 'sewing thread, Tex 27',
      quantity: `${Math.ceil(thread / 10) * 10} m`,
      note: 'estimate, 15 % waste included',
    },
    ...notions(garment, drafted),
    { item: 'size and care label', quantity: '1', note: 'center back neck or waistband' },
  ];
}

function notions(garment: Garment, { pieces }: Drafted): TechPack['materials'] {
  const count = pieces
    .flatMap((piece) => piece.marks ?? [])
    .filter(({ kind, label }) => kind === 'buttonhole' && label === 'button').length;
  const has = (id: string): boolean => pieces.some((piece) => piece.id === id);
  const edge = (id: string, side: string): number => {
    const line = pieces.find((piece) => piece.id === id)?.edges.find((one) => one.id === side)?.line;
    return line ? lengthOf(line) : 0;
  };
  const list: TechPack['materials'] = [];
  const add = (item: string, quantity: number | string, note = ''): void => {
    list.push({ item, quantity: String(quantity), note });
  };
  const cuffs =
    garment.type === 'shirt' && garment.sleeve === 'long' ? 2 : garment.type === 'denim jacket' ? 2 : 0;
  const stand = garment.type === 'shirt' || (garment.type === 'dress' && has('stand')) ? 1 : 0;
  if (count + cuffs + stand > 0)
    add(
      garment.type === 'denim jacket'
        ? 'shank buttons 17 mm'
        : garment.type === 'blazer' || garment.type === 'coat'
          ? 'buttons 23 mm'
          : 'buttons 11 mm',
      count + cuffs + stand,
      'and one to spare',
    );
  switch (garment.type) {
    case 'trousers':
    case 'jeans':
    case 'shorts':
      add('fly zip', 1, '15 cm');
      add(garment.type === 'jeans' ? 'shank button 17 mm' : 'button 15 mm', 1);
      if (garment.type === 'jeans') add('rivets', 6, 'at pocket corners');
      break;
    case 'skirt':
      if (has('tie')) break;
      add('invisible zip', 1, '20 cm, center back');
      add('hook and bar', 1);
      break;
    case 'dress':
      if (!has('stand') && !has('tie'))
        add(
          'invisible zip',
          1,
          `${Math.ceil((edge('back', 'center') > 700 ? 600 : edge('back', 'center') + 180) / 50) * 5} cm, center back`,
        );
      break;
    case 'bomber jacket':
    case 'puffer jacket':
      add(
        'separating zip',
        1,
        `${Math.round((edge('front', 'front') + (garment.type === 'bomber jacket' ? 65 : 0)) / 10)} cm, center front`,
      );
      break;
    case 'hoodie':
      add('cord', '1.3 m', 'hood');
      add('eyelets 8 mm', 2, 'hood');
      break;
  }
  return list;
}

/** How seams and hems are sewn, by ISO 4915. */
export function stitchesOf(garment: Garment): TechPack['stitches'] {
  const common: TechPack['stitches'] = isKnitted(garment)
    ? [
        {
          where: 'seams',
          stitch: '514 overlock, 4 threads',
          note: '4 stitches per cm; tape the shoulder seams',
        },
        {
          where: 'hems',
          stitch: '406 coverstitch, two needles',
          note: '3.5 stitches per cm, hem turned up once',
        },
        { where: 'ribs', stitch: '514 overlock', note: 'stretch the rib to the notches' },
      ]
    : [
        {
          where: 'seams',
          stitch: '301 lockstitch and 504 overlock',
          note: '4 stitches per cm, allowances pressed apart or to the back',
        },
        {
          where: 'hems',
          stitch: '301 lockstitch',
          note: 'pressed up on the seam line; deep hems blind-stitched (103)',
        },
      ];
  const own: Partial<Record<Garment['type'], TechPack['stitches']>> = {
    jeans: [
      {
        where: 'inseam, yoke and seat',
        stitch: '401 flat-felled, two needles',
        note: 'thread in the trim color',
      },
    ],
    shirt: [{ where: 'collar, cuffs and front', stitch: '301 lockstitch', note: 'edge-stitched at 5 mm' }],
    blazer: [
      {
        where: 'lapel',
        stitch: 'fused',
        note: 'interfacing up to the roll line; inside seams bound, no lining',
      },
    ],
    coat: [{ where: 'facings', stitch: 'fused', note: 'inside seams bound, no lining' }],
    'puffer jacket': [
      {
        where: 'channels',
        stitch: '301 lockstitch',
        note: 'quilt shell and wadding along the marked lines before assembly',
      },
    ],
    skirt: [
      { where: 'waistband', stitch: '301 lockstitch', note: 'stitched in the ditch from the right side' },
    ],
    dress: [{ where: 'zip or placket', stitch: '301 lockstitch', note: 'stay tape at neck and waist' }],
  };
  return [...common, ...(own[garment.type] ?? [])];
}
