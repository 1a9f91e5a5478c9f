import type { Body } from '../body.js';
import type { Garment } from '../garment.js';
import { add, along, curve, cutAt, distance, first, last, lengthOf, path, scale, subtract, toward, type Line, type Point } from '../geometry.js'; // prettier-ignore
import type { Cut, Draft, Mark, Seam } from '../piece.js';
import {
  bodice,
  collarLeaf,
  hemBand,
  hood,
  neckEdges,
  neckFacing,
  patchPocket,
  pocketPlace,
  sleeves,
} from './bodice.js';
import { allowances, bow, buttons, cut, edge, grainAt, strip, type Drafted } from './parts.js';
import { collect, shirtCollar, sleeveLength, torsoFor } from './tops.js';
import { type Torso } from './torso.js';

export function denimJacket(garment: Garment, body: Body): Drafted {
  const base = { ease: 150, shoulder: 12, armhole: 22, length: -30 };
  const band = 40;
  const torso = torsoFor(garment, body, base, band, { shape: 'round', widen: 6, deepen: 12 });
  const open = { extension: 20, facing: 35 };
  const top = first(torso.front.neck)[1];
  const trunk = bodice(torso, {
    hem: allowances.seam,
    open,
    backYoke: 110,
    frontMarks: [
      ...buttons([0, top + 40], [0, torso.hemY - 30], 5),
      pocketPlace([torso.underarm[0] * 0.2, torso.underarm[1] - 35], 120, 135),
    ],
  });
  const cuff = 45;
  const arms = sleeves(torso, trunk.pieces, {
    ease: 10,
    cap: 0.28,
    length: sleeveLength(garment, body, base) - cuff,
    hemWidth: body.wrist + 120,
    hem: allowances.seam,
    cuff: { width: body.wrist + 75, height: cuff, fabric: 'main', how: 'pleated' },
  });
  const front = last(torso.front.side)[0] + open.extension + open.facing;
  const rear = last(torso.back.side)[0];
  const whole = 2 * (front + rear);
  return collect(
    trunk,
    arms,
    shirtCollar(torso, trunk.pieces, { leaf: true, height: 28, extension: open.extension }),
    {
      pieces: [
        strip('waistband', 'Waistband', whole, band * 2, [cut(1), cut(1, 'interfacing')], { foldLine: true }),
        patchPocket(120, 135, 2, true),
        strip('flap', 'Pocket flap', 124, 50, [cut(4), cut(2, 'interfacing')]),
      ],
      seams: [
        {
          name: 'waistband',
          a: ['waistband.top'],
          b: ['-front.hem', 'back.hem', '-back.hem', 'front.hem'],
          ease: 0,
          matches: [front, front + rear, front + 2 * rear].map((at) => ({ a: at, b: at })),
        },
      ],
    },
  );
}

export function bomberJacket(garment: Garment, body: Body): Drafted {
  const base = { ease: 190, shoulder: 16, armhole: 28, length: 0 };
  const rib = 65;
  const cuts: readonly Cut['fabric'][] = ['main', 'lining'];
  const torso = torsoFor(garment, body, base, rib, { shape: 'round', widen: 10, deepen: 16 });
  const welt: Point = [torso.underarm[0] * 0.55, torso.hemY - 190];
  const trunk = bodice(torso, {
    hem: allowances.seam,
    open: { extension: 0, facing: 0 },
    cuts,
    frontMarks: [{ kind: 'placement', label: 'welt pocket', line: [welt, add(welt, [55, 140])] }],
  });
  const arms = sleeves(torso, trunk.pieces, {
    ease: 8,
    cap: 0.26,
    length: sleeveLength(garment, body, base) - rib,
    hemWidth: body.wrist + 120,
    hem: allowances.seam,
    cuts,
    cuff: { width: body.wrist + 20, height: rib, fabric: 'rib', how: 'stretched' },
  });
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const around = 2 * (rear + ahead);
  const collar = strip('collar', 'Rib collar', around * 0.88, 120, [cut(1, 'rib')], {
    foldLine: true,
    grainAcross: true,
  });
  return collect(trunk, arms, hemBand(torso, { height: rib, stretch: 0.82, fabric: 'rib', open: true }), {
    pieces: [
      collar,
      strip('welt', 'Pocket welt', 160, 60, [cut(2), cut(2, 'interfacing')], { foldLine: true }),
      pouch(180, 220),
    ],
    seams: [
      {
        name: 'collar to neckline',
        a: ['-collar.bottom'],
        b: ['front.neck', '-back.neck', 'back.neck', '-front.neck'],
        ease: around * 0.12,
        how: 'stretched',
        matches: [ahead, ahead + rear, ahead + 2 * rear].map((at) => ({ a: at * 0.88, b: at })),
      },
    ],
  });
}

export function pufferJacket(garment: Garment, body: Body): Drafted {
  const base = { ease: 260, shoulder: 18, armhole: 34, length: 40 };
  const cuts: readonly Cut['fabric'][] = ['main', 'lining', 'wadding'];
  const torso = torsoFor(garment, body, base, 0, { shape: 'round', widen: 14, deepen: 22 });
  const channels = quilting(torso);
  const trunk = bodice(torso, {
    hem: allowances.hem,
    open: { extension: 0, facing: 0 },
    cuts,
    frontMarks: channels(torso.front.side),
    backMarks: channels(torso.back.side),
  });
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const both = [cut(2), cut(1, 'wadding')];
  const around = lengthOf(torso.front.armhole) + lengthOf(torso.back.armhole);
  const isVest = garment.sleeve === 'sleeveless';
  const arms: Drafted = isVest
    ? {
        pieces: [strip('armband', 'Armhole binding', around, 40, [cut(2)], { foldLine: true })],
        seams: [
          {
            name: 'armhole binding',
            a: ['-armband.bottom'],
            b: ['-front.armhole', 'back.armhole'],
            ease: 0,
            matches: [{ a: lengthOf(torso.front.armhole), b: lengthOf(torso.front.armhole) }],
          },
        ],
      }
    : sleeves(torso, trunk.pieces, {
        ease: 8,
        cap: 0.26,
        length: sleeveLength(garment, body, base),
        hemWidth: body.wrist + 110,
        hem: allowances.hem,
        cuts,
      });
  const neck: Drafted =
    garment.neckline === 'hood'
      ? {
          pieces: [hood(rear + ahead, [cut(2), cut(2, 'lining'), cut(2, 'wadding')])],
          seams: [
            {
              name: 'hood to neckline',
              a: neckEdges(trunk.pieces),
              b: ['-hood.neck'],
              ease: 0,
              matches: [{ a: rear, b: rear }],
            },
            { name: 'hood center', a: ['hood.center'], b: ['hood.center'], ease: 0 },
          ],
        }
      : {
          pieces: [strip('collar', 'Stand collar', 2 * (rear + ahead), 75, both)],
          seams: [
            {
              name: 'collar to neckline',
              a: ['-collar.bottom'],
              b: ['front.neck', '-back.neck', 'back.neck', '-front.neck'],
              ease: 0,
              matches: [ahead, ahead + rear, ahead + 2 * rear].map((at) => ({ a: at, b: at })),
            },
          ],
        };
  return collect(trunk, arms, neck, { pieces: [pouch(170, 210)], seams: [] });
}

/** Channels of wadding, 90 mm apart from the hem up, that meet at the side seams. */
function quilting(torso: Torso): (side: Line) => Mark[] {
  const count = Math.floor((torso.hemY - torso.underarm[1] - 20) / 90);
  return (side) =>
    Array.from({ length: count }, (_, i): Mark => {
      const y = torso.hemY - 90 * (i + 1);
      const x = side.reduce((near, point) =>
        Math.abs(point[1] - y) < Math.abs(near[1] - y) ? point : near,
      )[0];
      return {
        kind: 'placement',
        label: i === 0 ? 'quilting' : '',
        line: [
          [0, y],
          [x, y],
        ],
      };
    });
}

/** A pocket bag in a seam or behind a welt. */
function pouch(width: number, height: number): Draft {
  return {
    id: 'pouch',
    name: 'Pocket bag',
    edges: [
      edge('opening', [
        [0, height * 0.8],
        [0, 0],
      ]),
      edge('top', [
        [0, 0],
        [width * 0.6, 0],
      ]),
      edge(
        'bag',
        path(
          curve([width * 0.6, 0], [width, 0], [width, height * 0.3], [width, height * 0.6]),
          curve([width, height * 0.6], [width, height], [width * 0.2, height], [0, height * 0.8]),
        ),
      ),
    ],
    cut: [cut(4, 'pocketing')],
    grain: grainAt(width * 0.5, 0, height),
  };
}

export function blazer(garment: Garment, body: Body): Drafted {
  return tailored(
    garment,
    body,
    { ease: 120, shoulder: 8, armhole: 18, length: 70 },
    { buttons: 2, close: 0.94, lapel: 82, pockets: 150 },
  );
}

export function coat(garment: Garment, body: Body): Drafted {
  const hems: Readonly<Record<string, number>> = {
    midi: body.waistToKnee * 1.3,
    short: body.waistToHip + 130,
  };
  const below = hems[garment.length] ?? body.waistToKnee;
  return tailored(
    garment,
    body,
    { ease: 190, shoulder: 14, armhole: 28, length: below - body.waistToHip },
    { buttons: garment.silhouette === 'wrap' ? 0 : 3, close: 0.8, lapel: 95, pockets: 170 },
  );
}

/** A tailored jacket or coat with lapels, a shawl collar or a stand collar, and facings. */
function tailored(
  garment: Garment,
  body: Body,
  base: { ease: number; shoulder: number; armhole: number; length: number },
  {
    buttons: count,
    close,
    lapel,
    pockets,
  }: { buttons: number; close: number; lapel: number; pockets: number },
): Drafted {
  const extension = garment.silhouette === 'wrap' ? 110 : 25;
  const torso = torsoFor(garment, body, base, 0, { shape: 'round', widen: 8, deepen: 10 });
  const isStand = garment.neckline === 'band collar';
  const closeY = isStand ? first(torso.front.neck)[1] + 30 : torso.waistY * close;
  const pocket: Point = [torso.underarm[0] * 0.32, torso.waistY + 70];
  const trunk = bodice(torso, {
    hem: allowances.deepHem,
    open: { extension, facing: 0 },
    backSeam: true,
    frontMarks: [
      ...(count > 0 ? buttons([0, closeY + 6], [0, torso.waistY + (count > 2 ? 130 : 80)], count) : []),
      pocketPlace(pocket, pockets, pockets + 15),
    ],
  });
  const [front, ...rest] = trunk.pieces;
  if (!front) throw new Error('a bodice has a front');
  const shaped = isStand
    ? null
    : revers(torso, front, extension, closeY, lapel, garment.neckline === 'shawl');
  const own = shaped ? shaped.front : front;
  const rearNeck = lengthOf(torso.back.neck);
  const facing = frontFacing(own, torso);
  const backFacing = neckFacing('backFacing', 'Back neck facing', torso.back, 55, true);
  const body2 = [own, ...rest];
  const arms = sleeves(torso, body2, {
    ease: 26,
    cap: 0.33,
    length: sleeveLength(garment, body, base),
    hemWidth: body.wrist + 110,
    hem: allowances.deepHem,
  });
  const facingSeams: Seam[] = facing.shared.map((id) => ({
    name: `front facing, ${id}`,
    a: [`frontFacing.${id}`],
    b: [`front.${id}`],
    ease: 0,
  }));
  const collar = ((): Drafted => {
    if (!shaped) return shirtCollar(torso, body2, { leaf: false, height: 45, extension });
    if (shaped.isShawl)
      return {
        pieces: [],
        seams: [
          { name: 'shawl to back neckline', a: ['-front.collarNeck'], b: ['-back.neck'], ease: 0 },
          { name: 'shawl center back', a: ['front.collarCenter'], b: ['front.collarCenter'], ease: 0 },
        ],
      };
    const neckLength = rearNeck + lengthOf(shaped.neck);
    return {
      pieces: [
        collarLeaf(neckLength, {
          height: 78,
          point: 72,
          lean: 16,
          dip: -14,
          cuts: [cut(2), cut(2, 'interfacing')],
        }),
      ],
      seams: [
        {
          name: 'collar to neckline',
          a: ['back.neck', '-front.neck'],
          b: ['-collar.neck'],
          ease: 0,
          matches: [{ a: rearNeck, b: rearNeck }],
        },
      ],
    };
  })();
  const belt =
    garment.silhouette === 'wrap' ? [strip('belt', 'Tie belt', 1700, 90, [cut(1)], { foldLine: true })] : [];
  return collect({ pieces: body2, seams: trunk.seams }, arms, collar, {
    pieces: [facing.piece, backFacing, patchPocket(pockets, pockets + 15, 2), ...belt],
    seams: [...facingSeams, { name: 'back facing', a: ['backFacing.neck'], b: ['back.neck'], ease: 0 }],
  });
}

/** Turns the neck of a front into a lapel, or a shawl collar that is cut on. */
function revers(
  torso: Torso,
  front: Draft,
  extension: number,
  closeY: number,
  width: number,
  isShawl: boolean,
): { front: Draft; neck: Line; isShawl: boolean } {
  const neckPoint = last(torso.front.neck);
  const shoulder = torso.front.shoulder;
  const breakPoint: Point = [-extension, closeY];
  // The lapel folds on the line from the break point to 20 mm inside the neck point.
  const rollTop = add(neckPoint, scale(toward(last(shoulder), first(shoulder)), 20));
  const up = toward(breakPoint, rollTop);
  const out: Point = [up[1], -up[0]];
  const edges = front.edges.filter(({ id }) => id !== 'stand' && id !== 'neck' && id !== 'front');
  const bottom: Point = [-extension, torso.hemY];
  const roll: Mark = { kind: 'foldLine', label: 'roll line', line: [breakPoint, rollTop] };
  const marks = [...(front.marks ?? []).filter(({ label }) => label !== 'center front'), roll];
  if (isShawl) {
    const rear = lengthOf(torso.back.neck);
    const lean = toward([0, 0], add(up, scale(out, 0.22)));
    const aside: Point = [lean[1], -lean[0]];
    const inner = add(neckPoint, scale(lean, rear));
    const outer = add(inner, scale(aside, width));
    const mid = add(
      along([breakPoint, rollTop], distance(breakPoint, rollTop) * 0.62).point,
      scale(out, width * 1.02),
    );
    return {
      isShawl,
      neck: [],
      front: {
        ...front,
        marks,
        edges: [
          edge(
            'lapel',
            path(
              curve(breakPoint, add(breakPoint, [-6, -50]), add(mid, scale(up, -70)), mid),
              curve(mid, add(mid, scale(up, 60)), add(outer, scale(lean, -60)), outer),
            ),
          ),
          edge('collarCenter', [outer, inner]),
          edge('collarNeck', [inner, neckPoint]),
          ...edges,
          edge('front', [bottom, breakPoint]),
        ],
      },
    };
  }
  const gorgeTop = add(neckPoint, scale(up, -58));
  const tip = add(
    along([breakPoint, rollTop], distance(breakPoint, rollTop) * 0.72).point,
    scale(out, width),
  );
  const notch = add(gorgeTop, scale(subtract(tip, gorgeTop), 0.58));
  const neck: Line = [notch, gorgeTop, neckPoint];
  return {
    isShawl,
    neck,
    front: {
      ...front,
      marks,
      edges: [
        edge('lapel', bow(breakPoint, tip, 7)),
        edge('lapelTop', [tip, notch]),
        edge('neck', neck),
        ...edges,
        edge('front', [bottom, breakPoint]),
      ],
    },
  };
}

/** A facing with the front's outer edges. */
function frontFacing(front: Draft, torso: Torso): { piece: Draft; shared: string[] } {
  const shared = front.edges.filter(({ id }) =>
    ['lapel', 'lapelTop', 'collarCenter', 'collarNeck', 'stand', 'neck', 'front'].includes(id),
  );
  const [inner] = cutAt(torso.front.shoulder, 45);
  const end = last(inner);
  const frontEdge = shared.find(({ id }) => id === 'front');
  const bottom = frontEdge ? first(frontEdge.line) : ([0, torso.hemY] as const);
  const low: Point = [Math.max(55, bottom[0] + 90), torso.hemY];
  const before = shared.filter(({ id }) => id !== 'front');
  return {
    shared: shared.map(({ id }) => id),
    piece: {
      id: 'frontFacing',
      name: 'Front facing',
      edges: [
        ...before,
        edge('shoulder', inner),
        edge(
          'inner',
          path(
            curve(
              end,
              [end[0] - 10, end[1] + 140],
              [low[0] + 12, torso.waistY * 0.7],
              [low[0], torso.waistY],
            ),
            [[low[0], torso.waistY], low],
          ),
          5,
        ),
        edge('hem', [low, bottom], allowances.deepHem, 'hem'),
        ...(frontEdge ? [frontEdge] : []),
      ],
      cut: [cut(2), cut(2, 'interfacing')],
      grain: grainAt((bottom[0] + low[0]) / 2, torso.waistY, torso.hemY),
    },
  };
}
