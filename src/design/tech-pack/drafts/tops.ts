import type { Body } from '../body.js';
import type { Garment } from '../garment.js';
import { first, lengthOf, type Point } from '../geometry.js';
import type { Cut, Draft, Mark, Seam } from '../piece.js';
import {
  bodice,
  collarLeaf,
  collarStand,
  hemBand,
  hood,
  neckband,
  neckEdges,
  patchPocket,
  pocketPlace,
  sleeves,
  type SleeveOptions,
} from './bodice.js';
import { allowances, buttons, cut, strip, type Drafted } from './parts.js';
import { draftTorso, type Torso, type TorsoCut } from './torso.js';

/** What a silhouette adds to a garment's own ease and shoulder, and its share of the length. */
const fits: Readonly<Record<string, { ease: number; shoulder: number; armhole: number; length: number }>> = {
  regular: { ease: 0, shoulder: 0, armhole: 0, length: 1 },
  slim: { ease: -40, shoulder: -4, armhole: -4, length: 1 },
  relaxed: { ease: 60, shoulder: 16, armhole: 12, length: 1 },
  oversized: { ease: 160, shoulder: 46, armhole: 26, length: 1.03 },
  cropped: { ease: 20, shoulder: 4, armhole: 0, length: 0.76 },
};
export const fitOf = (garment: Garment) =>
  fits[garment.silhouette] ?? { ease: 0, shoulder: 0, armhole: 0, length: 1 };

/** Depth and width of necklines beyond the base of the neck, millimeters. */
const necks: Readonly<Record<string, TorsoCut['neck']>> = {
  crew: { shape: 'round', widen: 12, deepen: 14 },
  'v-neck': { shape: 'v', widen: 12, deepen: 120 },
  scoop: { shape: 'round', widen: 30, deepen: 85 },
  boat: { shape: 'round', widen: 50, deepen: 6 },
  square: { shape: 'square', widen: 36, deepen: 80 },
  straps: { shape: 'square', widen: 58, deepen: 92 },
  turtleneck: { shape: 'round', widen: 6, deepen: 8 },
  'polo collar': { shape: 'round', widen: 4, deepen: 8 },
  'shirt collar': { shape: 'round', widen: 0, deepen: 5 },
  'band collar': { shape: 'round', widen: 2, deepen: 8 },
  hood: { shape: 'round', widen: 18, deepen: 28 },
};
export const neckOf = (garment: Garment): TorsoCut['neck'] =>
  necks[garment.neckline] ?? { shape: 'round', widen: 12, deepen: 14 };

interface Base {
  readonly ease: number;
  readonly shoulder: number;
  readonly armhole: number;
  /** Beyond the hip's level. */
  readonly length: number;
}

/** The torso of a garment without darts. */
export function torsoFor(garment: Garment, body: Body, base: Base, less = 0, neck = neckOf(garment)): Torso {
  const fit = fitOf(garment);
  const ease = base.ease + fit.ease;
  return draftTorso(body, {
    bustEase: ease,
    hipEase: Math.max(20, ease - 30),
    waistEase: garment.silhouette === 'slim' ? Math.max(60, ease + 70) : null,
    shoulder: base.shoulder + fit.shoulder,
    armhole: base.armhole + fit.armhole,
    length: (body.napeToWaist + body.waistToHip + base.length) * fit.length - less,
    neck,
  });
}

/** Where a sleeve ends, from the shoulder's tip. */
export function sleeveLength(garment: Garment, body: Body, base: Base): number {
  const shoulder = base.shoulder + fitOf(garment).shoulder;
  const share = { sleeveless: 0, short: 0.36, elbow: 0.58, long: 1, puff: 0.42 }[garment.sleeve];
  return body.arm * share - Math.max(0, shoulder);
}

export const collect = (
  ...parts: readonly { pieces: readonly Draft[]; seams: readonly Seam[] }[]
): Drafted => ({
  pieces: parts.flatMap((part) => part.pieces),
  seams: parts.flatMap((part) => part.seams),
});

const jersey: Base = { ease: 80, shoulder: 0, armhole: 14, length: 25 };

export function tShirt(garment: Garment, body: Body): Drafted {
  const torso = torsoFor(garment, body, jersey);
  const trunk = bodice(torso, { hem: allowances.hem });
  const long = garment.sleeve === 'long';
  const arms = sleeves(torso, trunk.pieces, {
    ease: 6,
    cap: 0.27,
    length: sleeveLength(garment, body, jersey),
    hemWidth: long ? body.wrist + 40 : null,
    hem: allowances.hem,
  });
  return collect(trunk, arms, neckband(trunk.pieces, torso, { height: 20, stretch: 0.88, fabric: 'rib' }));
}

export function tankTop(garment: Garment, body: Body): Drafted {
  const base: Base = { ease: 50, shoulder: -body.shoulder * 0.28, armhole: -8, length: 15 };
  const neck = neckOf(garment);
  const torso = torsoFor(garment, body, base, 0, {
    ...neck,
    widen: Math.min(neck.widen, body.shoulder * 0.72 - (garment.neckline === 'straps' ? 22 : 38)),
  });
  const trunk = bodice(torso, { hem: allowances.hem, armhole: allowances.neck });
  const armhole = lengthOf(torso.front.armhole) + lengthOf(torso.back.armhole);
  const stretch = 0.92;
  const binding = strip('armband', 'Armhole binding', armhole * stretch, 36, [cut(2)], {
    foldLine: true,
    allowance: allowances.neck,
  });
  return collect(trunk, neckband(trunk.pieces, torso, { height: 16, stretch: 0.9, fabric: 'main' }), {
    pieces: [binding],
    seams: [
      {
        name: 'armhole binding',
        a: ['-armband.bottom'],
        b: ['-front.armhole', 'back.armhole'],
        ease: armhole * (1 - stretch),
        how: 'stretched',
        matches: [{ a: lengthOf(torso.front.armhole) * stretch, b: lengthOf(torso.front.armhole) }],
      },
      { name: 'armhole binding ends', a: ['armband.left'], b: ['-armband.right'], ease: 0 },
    ],
  });
}

/** Knitted and sweat tops with ribs at neck, cuffs and hem. */
function ribbed(
  garment: Garment,
  body: Body,
  base: Base,
  collar: { height: number; stretch: number },
): Drafted {
  const rib = 60;
  const torso = torsoFor(garment, body, base, rib);
  const trunk = bodice(torso, { hem: allowances.seam });
  const arms = sleeves(torso, trunk.pieces, ribbedSleeve(garment, body, base, rib));
  return collect(
    trunk,
    arms,
    neckband(trunk.pieces, torso, { ...collar, fabric: 'rib' }),
    hemBand(torso, { height: rib, stretch: 0.86, fabric: 'rib', open: false }),
  );
}

function ribbedSleeve(
  garment: Garment,
  body: Body,
  base: Base,
  rib: number,
  cuts?: readonly Cut['fabric'][],
): SleeveOptions {
  return {
    ease: 4,
    cap: 0.25,
    length: sleeveLength(garment, body, base) - rib,
    hemWidth: body.wrist + 90,
    hem: allowances.seam,
    cuff: { width: body.wrist + 15, height: rib, fabric: 'rib', how: 'stretched' },
    ...(cuts ? { cuts } : {}),
  };
}

export const sweater = (garment: Garment, body: Body): Drafted =>
  ribbed(
    garment,
    body,
    { ease: 100, shoulder: 8, armhole: 20, length: 10 },
    garment.neckline === 'turtleneck' ? { height: 190, stretch: 0.86 } : { height: 28, stretch: 0.88 },
  );

export const sweatshirt = (garment: Garment, body: Body): Drafted =>
  ribbed(garment, body, { ease: 140, shoulder: 14, armhole: 24, length: 20 }, { height: 25, stretch: 0.86 });

export function hoodie(garment: Garment, body: Body): Drafted {
  const base: Base = { ease: 150, shoulder: 14, armhole: 26, length: 25 };
  const rib = 60;
  const torso = torsoFor(garment, body, base, rib);
  const pocket = { width: 150, height: 190 };
  const place = torso.hemY - pocket.height;
  const trunk = bodice(torso, {
    hem: allowances.seam,
    frontMarks: [
      {
        kind: 'placement',
        label: 'kangaroo pocket',
        line: [
          [0, place],
          [pocket.width * 0.62, place],
          [pocket.width, place + 110],
          [pocket.width, torso.hemY],
        ],
      },
    ],
  });
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const half = neckEdges(trunk.pieces);
  const kangaroo: Draft = {
    id: 'pocket',
    name: 'Kangaroo pocket',
    edges: [
      {
        id: 'top',
        kind: 'seam',
        allowance: 10,
        line: [
          [0, 0],
          [pocket.width * 0.62, 0],
        ],
      },
      {
        id: 'opening',
        kind: 'edge',
        allowance: 20,
        line: [
          [pocket.width * 0.62, 0],
          [pocket.width, 110],
        ],
      },
      {
        id: 'side',
        kind: 'seam',
        allowance: 10,
        line: [
          [pocket.width, 110],
          [pocket.width, pocket.height],
        ],
      },
      {
        id: 'bottom',
        kind: 'seam',
        allowance: 10,
        line: [
          [pocket.width, pocket.height],
          [0, pocket.height],
        ],
      },
      {
        id: 'fold',
        kind: 'fold',
        allowance: 0,
        line: [
          [0, pocket.height],
          [0, 0],
        ],
      },
    ],
    cut: [cut(1)],
    grain: [
      [40, 40],
      [40, 150],
    ],
  };
  return collect(
    trunk,
    sleeves(torso, trunk.pieces, ribbedSleeve(garment, body, base, rib)),
    hemBand(torso, { height: rib, stretch: 0.86, fabric: 'rib', open: false }),
    {
      pieces: [hood(rear + ahead, [cut(2), cut(2, 'lining')]), kangaroo],
      seams: [
        { name: 'hood to neckline', a: half, b: ['-hood.neck'], ease: 0, matches: [{ a: rear, b: rear }] },
        { name: 'hood center', a: ['hood.center'], b: ['hood.center'], ease: 0 },
      ],
    },
  );
}

export function cardigan(garment: Garment, body: Body): Drafted {
  const base: Base = { ease: 120, shoulder: 8, armhole: 22, length: 40 };
  const rib = 60;
  const neck: TorsoCut['neck'] =
    garment.neckline === 'crew' ? neckOf(garment) : { shape: 'v', widen: 14, deepen: 230 };
  const torso = torsoFor(garment, body, base, rib, neck);
  const trunk = bodice(torso, { hem: allowances.seam, open: { extension: 0, facing: 0 } });
  const closed = garment.neckline === 'crew';
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const edgeLength = torso.hemY - first(torso.front.neck)[1];
  const along = edgeLength + rib;
  const count = closed ? 8 : 6;
  // The band runs from the hem up one front, around the neck, and down the other.
  const half = along + ahead + rear;
  const band: Draft = {
    id: 'frontband',
    name: 'Front and neck band',
    edges: [
      {
        id: 'outer',
        kind: 'seam',
        allowance: 10,
        line: [
          [0, 0],
          [half, 0],
        ],
      },
      {
        id: 'fold',
        kind: 'fold',
        allowance: 0,
        line: [
          [half, 0],
          [half, 70],
        ],
      },
      {
        id: 'neck',
        kind: 'seam',
        allowance: 10,
        line: [
          [half, 70],
          [along, 70],
        ],
      },
      {
        id: 'front',
        kind: 'seam',
        allowance: 10,
        line: [
          [along, 70],
          [rib, 70],
        ],
      },
      {
        id: 'rib',
        kind: 'seam',
        allowance: 10,
        line: [
          [rib, 70],
          [0, 70],
        ],
      },
      {
        id: 'end',
        kind: 'seam',
        allowance: 10,
        line: [
          [0, 70],
          [0, 0],
        ],
      },
    ],
    cut: [cut(1, 'rib'), cut(1, 'interfacing')],
    grain: [
      [along * 0.2, 18],
      [along * 0.8, 18],
    ],
    marks: [
      {
        kind: 'foldLine',
        label: 'fold',
        line: [
          [0, 35],
          [half, 35],
        ],
      },
      ...buttons([20, 52], [along - 20, 52], count),
    ],
  };
  const neckSide = neckEdges(trunk.pieces);
  const hem = hemBand(torso, { height: rib, stretch: 0.9, fabric: 'rib', open: true });
  return collect(trunk, sleeves(torso, trunk.pieces, ribbedSleeve(garment, body, base, rib)), hem, {
    pieces: [band],
    seams: [
      {
        name: 'band to neckline',
        a: neckSide,
        b: ['frontband.neck'],
        ease: 0,
        matches: [{ a: rear, b: rear }],
      },
      {
        name: 'band to front edge',
        a: ['front.front'],
        b: ['-frontband.front'],
        ease: 0,
        matches: [{ a: edgeLength / 2, b: edgeLength / 2 }],
      },
    ],
  });
}

/** A button-through body with a placket that is cut on. */
export const placket: { readonly extension: number; readonly facing: number } = { extension: 15, facing: 40 };

/** Collar pieces of a neckline that buttons at the neck, and the seams that join them to the body. */
export function shirtCollar(
  torso: Torso,
  pieces: readonly Draft[],
  {
    leaf,
    height = 30,
    extension = placket.extension,
  }: { leaf: boolean; height?: number; extension?: number },
): { pieces: Draft[]; seams: Seam[] } {
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const cuts = [cut(2), cut(1, 'interfacing')];
  const { piece: stand, top } = collarStand(rear + ahead, { height, rise: 14, extension, cuts });
  const half = neckEdges(pieces);
  const seams: Seam[] = [
    {
      name: 'collar stand to neckline',
      a: half,
      b: ['-stand.neck'],
      ease: 0,
      matches: [{ a: rear, b: rear }],
    },
  ];
  if (!leaf) return { pieces: [stand], seams };
  const collar = collarLeaf(top - 4, { height: height + 14, point: height + 40, lean: 22, dip: -6, cuts });
  seams.push({
    name: 'collar to stand',
    a: ['-collar.neck'],
    b: ['stand.top'],
    ease: 4,
    how: 'eased',
    matches: [{ a: rear, b: rear }],
  });
  return { pieces: [stand, collar], seams };
}

export function shirt(garment: Garment, body: Body): Drafted {
  const base: Base = { ease: 130, shoulder: 6, armhole: 18, length: 90 };
  const torso = torsoFor(garment, body, base);
  const top = first(torso.front.neck)[1];
  const pocket: Point = [torso.underarm[0] * 0.28, torso.underarm[1] - 15];
  const trunk = bodice(torso, {
    hem: allowances.narrowHem,
    open: placket,
    backYoke: 95,
    frontMarks: [...buttons([0, top + 60], [0, torso.hemY - 120], 6), pocketPlace(pocket, 110, 125)],
  });
  const cuffed = garment.sleeve === 'long' || garment.sleeve === 'puff';
  const cuffHeight = garment.sleeve === 'long' ? 60 : 20;
  const cuffWidth = garment.sleeve === 'long' ? body.wrist + 70 : body.upperArm + 30;
  const length = sleeveLength(garment, body, base) - (cuffed ? cuffHeight : 0);
  const slit: Mark[] =
    garment.sleeve === 'long'
      ? [
          {
            kind: 'placement',
            label: 'slit',
            line: [
              [-60, length],
              [-60, length - 130],
            ],
          },
        ]
      : [];
  const arms = sleeves(torso, trunk.pieces, {
    ease: 10,
    cap: 0.26,
    length,
    hemWidth: garment.sleeve === 'long' ? cuffWidth + 50 : garment.sleeve === 'puff' ? cuffWidth + 110 : null,
    hem: allowances.hem,
    puff: garment.sleeve === 'puff' ? 110 : 0,
    marks: slit,
    ...(cuffed
      ? {
          cuff: {
            width: cuffWidth,
            height: cuffHeight,
            fabric: 'main' as const,
            how: garment.sleeve === 'puff' ? ('gathered' as const) : ('pleated' as const),
          },
        }
      : {}),
  });
  const slitBinding =
    garment.sleeve === 'long'
      ? [strip('slitBinding', 'Slit binding', 280, 30, [cut(2)], { allowance: 5 })]
      : [];
  return collect(
    trunk,
    arms,
    shirtCollar(torso, trunk.pieces, { leaf: garment.neckline === 'shirt collar' }),
    {
      pieces: [patchPocket(110, 125, 1, true), ...slitBinding],
      seams: [],
    },
  );
}

export function polo(garment: Garment, body: Body): Drafted {
  const base: Base = { ease: 90, shoulder: 2, armhole: 14, length: 45 };
  const torso = torsoFor(garment, body, base);
  const top = first(torso.front.neck)[1];
  const trunk = bodice(torso, {
    hem: allowances.hem,
    frontMarks: [
      {
        kind: 'placement',
        label: 'placket slit',
        line: [
          [15, top + 3],
          [15, top + 150],
          [0, top + 150],
        ],
      },
    ],
  });
  const arms = sleeves(torso, trunk.pieces, {
    ease: 6,
    cap: 0.27,
    length: sleeveLength(garment, body, base),
    hemWidth: garment.sleeve === 'long' ? body.wrist + 40 : null,
    hem: allowances.hem,
  });
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const cuts = [cut(2), cut(1, 'interfacing')];
  const collar = collarLeaf(rear + ahead, { height: 70, point: 75, lean: 18, dip: -16, cuts });
  return collect(trunk, arms, {
    pieces: [
      collar,
      strip('placket', 'Placket', 165, 66, [cut(2), cut(2, 'interfacing')], {
        foldLine: true,
        marks: buttons([25, 50], [140, 50], 3),
      }),
    ],
    seams: [
      {
        name: 'collar to neckline',
        a: neckEdges(trunk.pieces),
        b: ['-collar.neck'],
        ease: 0,
        matches: [{ a: rear, b: rear }],
      },
    ],
  });
}
