import type { Body } from '../body.js';
import type { Garment } from '../garment.js';
import {
  add, along, between, curve, cutAt, first, last, left, lengthOf, path, reversed, scale, solve, subtract, toward, turned,
  type Line, type Point,
} from '../geometry.js'; // prettier-ignore
import type { Draft, Mark, Seam } from '../piece.js';
import { allowances, back, bow, cut, edge, grainAt, of, strip, withDarts, type Drafted } from './parts.js';
import { patchPocket, pocketPlace } from './bodice.js';
import { clipAt } from './torso.js';
import { waistband } from './skirt.js';

/** Widths of the leg at knee and hem for a hip girth of 1 m, laid flat, millimeters. */
const legs: Readonly<Record<string, readonly [knee: number, hem: number]>> = {
  straight: [228, 214],
  regular: [250, 245],
  slim: [202, 176],
  skinny: [182, 150],
  wide: [292, 322],
  flared: [206, 288],
  tapered: [222, 168],
  pleated: [250, 204],
};

/** Added to a quarter of the waist: the band sits without pulling. */
const WAIST_EASE = 3;
const FRONT_DART = 20;
const BACK_DARTS = 42;
/** What the yoke of jeans takes in: it is too shallow for more. */
const YOKE_DART = 22;
const PLEAT = 50;
/** From the crotch to the hem of shorts that end above the knee. */
const KNEE_SHORTS = 265;
/** Crotch below the body rise. */
const RISE_EASE = 5;

interface Legs {
  readonly front: { waistLine: Line; side: Line; hem: Line; inseam: Line; crotch: Line };
  readonly back: { waistLine: Line; side: Line; hem: Line; inseam: Line; crotch: Line };
  readonly kneeY: number;
  readonly hemY: number;
  readonly rise: number;
}

/**
 * Drafts front and back of a leg after the classic tailored trouser block of W. Aldrich, "Metric Pattern Cutting for
 * Women's Wear"; the crease is x = 0. The back's waist and fork are moved until its seams have the front's lengths.
 */
function draftLegs(garment: Garment, body: Body, dart: number, backDarts: number): Legs {
  const isShort = garment.type === 'shorts';
  const rise = body.bodyRise + RISE_EASE;
  const floor = body.waistToFloor - 25;
  const kneeY = rise + (floor - rise) / 2 - 50;
  const hemY = isShort
    ? garment.length === 'short'
      ? rise + 110
      : rise + KNEE_SHORTS
    : garment.length === 'cropped'
      ? rise + (floor - rise) * 0.8
      : floor;
  const hipY = body.waistToHip;
  const a = body.hip / 12 + 15;
  const fork = body.hip / 16 + 5;
  const loose = garment.silhouette === 'wide' || garment.silhouette === 'pleated' ? 14 : 0;
  const grow = (body.hip - 1000) * 0.12;
  const [knee, ankle] = (legs[garment.silhouette] ?? [228, 214]).map((width) => width + grow);
  const widthAt = (y: number): number => {
    const [k, h] = [knee ?? 228, ankle ?? 214];
    const share = (y - kneeY) / (floor - kneeY);
    return k + (h - k) * Math.max(0, share);
  };
  const waist = body.waist / 4 + WAIST_EASE;
  const quarter = body.hip / 4 + 5 + loose;

  const frontTop: Point = [-a + 10, 0];
  const frontWaist: Line = bow(frontTop, [frontTop[0] + waist + dart, -6], -2);
  const frontHip: Point = [-a + quarter, hipY];
  const shortWidth = (share: number): number => quarter + fork - 12 * share;
  const halfWidth = (y: number, more: number): number =>
    (isShort ? shortWidth((y - rise) / 400) : widthAt(y)) / 2 + more;
  const legCenter = isShort ? (-a - fork + (-a + quarter)) / 2 + 6 : 0;
  const outer = (from: Point, hip: Point, more: number): Line => {
    const upper = curve(
      from,
      [from[0] + (hip[0] - from[0]) * 0.5, from[1] + (hipY - from[1]) * 0.3],
      [hip[0], hipY * 0.62],
      hip,
    );
    const hem: Point = [legCenter + halfWidth(hemY, more), hemY];
    if (hemY <= kneeY)
      return path(upper, curve(hip, [hip[0], hipY + (hemY - hipY) * 0.35], between(hip, hem, 0.75), hem));
    const kneePoint: Point = [halfWidth(kneeY, more), kneeY];
    return path(
      upper,
      curve(
        hip,
        [hip[0], hipY + (kneeY - hipY) * 0.4],
        add(kneePoint, scale(toward(hem, kneePoint), (kneeY - hipY) * 0.3)),
        kneePoint,
      ),
      [kneePoint, hem],
    );
  };
  const inner = (from: Point, more: number): Line => {
    const hem: Point = [legCenter - halfWidth(hemY, more), hemY];
    if (hemY <= kneeY) return bow(from, hem, -6 - more * 0.2);
    const kneePoint: Point = [-halfWidth(kneeY, more), kneeY];
    const [span, on] = [kneeY - from[1], toward(from, kneePoint)];
    const start = add(from, add(scale(on, span * 0.3), [10 + more, 0]));
    return path(curve(from, start, add(kneePoint, scale(toward(hem, kneePoint), span * 0.35)), kneePoint), [
      kneePoint,
      hem,
    ]);
  };

  const frontFork: Point = [-a - fork, rise];
  const frontSide = outer(last(frontWaist), frontHip, -5);
  const frontInseam = inner(frontFork, -5);
  const frontCrotch = path(
    curve(
      frontFork,
      [frontFork[0] + fork * 0.62, rise - 3],
      [-a, rise - fork * 0.55],
      [-a, Math.min(hipY, rise - fork * 1.1)],
    ),
    [[-a, Math.min(hipY, rise - fork * 1.1)], frontTop],
  );

  const seatX = -a + a / 4;
  const backTop: Point = [seatX + 20, -20];
  const backHip: Point = [seatX + body.hip / 4 + 15 + loose, hipY];
  const backWaistEnd = (y: number): Point => {
    const reach = waist + backDarts;
    return [backTop[0] + Math.sqrt(reach ** 2 - (y - backTop[1]) ** 2), y];
  };
  const sideLength = lengthOf(frontSide);
  const backY = -solve((up) => lengthOf(outer(backWaistEnd(-up), backHip, 5)), sideLength, -60, 60);
  const inseamLength = lengthOf(frontInseam);
  const forkX = -a - fork * 1.5;
  const forkY = -solve((up) => lengthOf(inner([forkX, -up], 5)), inseamLength, -(rise + 70), -(rise - 70));
  const backFork: Point = [forkX, forkY];
  const middle: Point = [seatX + 12, rise * 0.5];
  const backCrotch = path(
    curve(backFork, [backFork[0] + fork * 0.75, forkY - 2], [seatX - 8, rise - fork * 0.35], middle),
    [middle, backTop],
  );
  const hemLine = (side: Line, inseam: Line): Line => [last(side), last(inseam)];
  const backSide = outer(backWaistEnd(backY), backHip, 5);
  const backInseam = inner(backFork, 5);
  return {
    front: {
      waistLine: frontWaist,
      side: frontSide,
      hem: hemLine(frontSide, frontInseam),
      inseam: reversed(frontInseam),
      crotch: frontCrotch,
    },
    back: {
      waistLine: [backTop, backWaistEnd(backY)],
      side: backSide,
      hem: hemLine(backSide, backInseam),
      inseam: reversed(backInseam),
      crotch: backCrotch,
    },
    kneeY,
    hemY,
    rise,
  };
}

const OPENING = { waist: 38, side: 165 } as const;

export function trousers(garment: Garment, body: Body): Drafted {
  const isJeans = garment.type === 'jeans';
  const isPleated = garment.silhouette === 'pleated' || garment.silhouette === 'wide';
  const dart = isJeans ? 0 : isPleated ? PLEAT : FRONT_DART;
  const {
    front,
    back: rear,
    kneeY,
    hemY,
    rise,
  } = draftLegs(garment, body, dart, isJeans ? YOKE_DART : BACK_DARTS);
  const waist = body.waist / 4 + WAIST_EASE;
  const waistLength = lengthOf(front.waistLine);
  const surplus = waistLength - waist;
  const opened = withDarts(
    'waist',
    front.waistLine,
    isJeans
      ? []
      : [
          {
            at: Math.min(waistLength - OPENING.waist - dart, waistLength * 0.45),
            width: surplus,
            depth: isPleated ? 75 : 95,
            pleat: isPleated,
          },
        ],
    allowances.seam,
  );
  // The pocket's opening cuts off the corner of waist and side.
  const openWaist = opened.edges.at(-1)?.line ?? front.waistLine;
  const pocketWaist = isJeans ? 95 : OPENING.waist;
  const pocketSide = isJeans ? 85 : OPENING.side;
  const [keptWaist, pocketTop] = cutAt(openWaist, lengthOf(openWaist) - pocketWaist);
  const [pocketEdge, keptSide] = cutAt(front.side, pocketSide);
  const [top, low] = [last(keptWaist), first(keptSide)];
  const opening: Line = isJeans
    ? curve(top, add(top, [8, pocketSide * 0.6]), add(low, [-pocketWaist * 0.5, -4]), low)
    : [top, low];
  const bagLeft = first(openWaist)[0] + (isJeans ? 25 : 12);
  const bagTop: Point = along(openWaist, Math.max(12, bagLeft - first(openWaist)[0])).point;
  const depth = top[1] + (isJeans ? 230 : 290);
  const bag = path(
    curve(low, [low[0] - 4, low[1] + 60], [low[0] - 20, depth], [(bagTop[0] + low[0]) / 2 + 10, depth]),
    curve(
      [(bagTop[0] + low[0]) / 2 + 10, depth],
      [bagTop[0] + 8, depth],
      [bagTop[0], depth - 40],
      [bagTop[0], depth - 90],
    ),
    [[bagTop[0], depth - 90], bagTop],
  );
  const behind = cutAt(openWaist, Math.max(12, bagLeft - first(openWaist)[0]))[1];
  const [hidden] = cutAt(behind, lengthOf(behind) - pocketWaist);

  const hemAllowance = isJeans ? 30 : allowances.deepHem;
  const fly = 40;
  const pieces: Draft[] = [
    {
      id: 'front',
      name: 'Front',
      edges: [
        ...opened.edges.slice(0, -1),
        edge(opened.edges.at(-1)?.id ?? 'waist', keptWaist),
        edge('opening', opening, allowances.seam),
        edge('side', keptSide),
        edge('hem', front.hem, hemAllowance, 'hem'),
        edge('inseam', front.inseam),
        edge('crotch', front.crotch),
      ],
      cut: [cut(2)],
      grain: [
        [0, rise],
        [0, hemY - 60],
      ],
      marks: [
        ...opened.marks,
        {
          kind: 'placement',
          label: 'knee',
          line: [
            [-40, kneeY],
            [40, kneeY],
          ],
        },
        { kind: 'placement', label: 'fly stitching', line: flyStitching(front.crotch, fly) },
      ].filter((mark) => mark.label !== 'knee' || kneeY < hemY) as Mark[],
    },
    {
      id: 'pocketBack',
      name: 'Pocket bag with facing',
      edges: [edge('hidden', hidden), edge('waist', pocketTop), edge('side', pocketEdge), edge('bag', bag)],
      cut: [cut(2)],
      grain: grainAt((bagTop[0] + low[0]) / 2, bagTop[1], depth),
    },
    {
      id: 'pocketFront',
      name: 'Pocket bag',
      edges: [edge('hidden', hidden), edge('opening', opening), edge('bag', bag)],
      cut: [cut(2, 'pocketing')],
      grain: grainAt((bagTop[0] + low[0]) / 2 - 10, bagTop[1] + 40, depth),
    },
  ];
  const seams: Seam[] = [
    {
      name: 'side seam',
      a: ['pocketBack.side', 'front.side'],
      b: isJeans ? ['yoke.side', 'back.side'] : ['back.side'],
      ease: 0,
      matches: [...(kneeY < hemY ? [kneeOn(front.side, kneeY)] : []), body.waistToHip + 10].map((at) => ({
        a: at,
        b: at,
      })),
    },
    {
      name: 'inseam',
      a: ['-front.inseam'],
      b: ['-back.inseam'],
      ease: 0,
      matches: kneeY < hemY ? [kneeOn(reversed(front.inseam), kneeY)].map((at) => ({ a: at, b: at })) : [],
    },
    { name: 'pocket opening', a: ['front.opening'], b: ['pocketFront.opening'], ease: 0 },
    { name: 'pocket bag', a: ['pocketFront.bag'], b: ['pocketBack.bag'], ease: 0 },
    {
      name: 'front crotch seam',
      a: ['front.crotch'],
      b: ['front.crotch'],
      ease: 0,
      matches: [{ a: lengthOf(front.crotch) - 185, b: lengthOf(front.crotch) - 185 }],
    },
    { name: 'back crotch seam', a: ['back.crotch'], b: ['back.crotch'], ease: 0 },
  ];

  let backWaist: string[];
  if (isJeans) {
    const made = withYoke(rear, waist);
    pieces.push(
      {
        id: 'back',
        name: 'Back',
        edges: [
          edge('join', made.join),
          edge('side', made.side),
          edge('hem', rear.hem, hemAllowance, 'hem'),
          edge('inseam', rear.inseam),
          edge('crotch', made.crotch),
        ],
        cut: [cut(2)],
        grain: [
          [0, rise],
          [0, hemY - 60],
        ],
        marks: [pocketPlace(add(between(first(made.join), last(made.join), 0.5), [-72, 38]), 145, 155)],
      },
      {
        id: 'yoke',
        name: 'Back yoke',
        edges: made.yoke,
        cut: [cut(2)],
        grain: grainOf(made.yoke[0]?.line ?? []),
      },
      patchPocket(145, 155, 2, true),
    );
    seams.push({
      name: 'yoke seam',
      a: ['-yoke.join'],
      b: ['back.join'],
      ease: 0,
      matches: [{ a: lengthOf(made.join) / 2, b: lengthOf(made.join) / 2 }],
    });
    backWaist = ['yoke.waist'];
  } else {
    const line = rear.waistLine;
    const taken = lengthOf(line) - waist;
    const backDarts = withDarts(
      'waist',
      line,
      [1, 2].map((i) => ({ at: (lengthOf(line) * i) / 3, width: taken / 2, depth: i === 1 ? 125 : 100 })),
      allowances.seam,
    );
    pieces.push({
      id: 'back',
      name: 'Back',
      edges: [
        ...backDarts.edges,
        edge('side', rear.side),
        edge('hem', rear.hem, hemAllowance, 'hem'),
        edge('inseam', rear.inseam),
        edge('crotch', rear.crotch),
      ],
      cut: [cut(2)],
      grain: [
        [0, rise],
        [0, hemY - 60],
      ],
      marks: backDarts.marks,
    });
    backWaist = of('back', backDarts.names);
  }
  const frontWaist = [...of('front', opened.names), 'pocketBack.waist'];
  const segments = [
    { id: 'extension', length: fly },
    { id: 'leftFront', length: waist },
    { id: 'leftBack', length: waist },
    { id: 'rightBack', length: waist },
    { id: 'rightFront', length: waist },
  ];
  const join = (id: string, edges: readonly string[]): Seam => ({
    name: `waist ${id}`,
    a: [`-waistband.${id}`],
    b: edges,
    ease: 0,
  });
  pieces.push(
    waistband(segments, isJeans ? 40 : 38),
    flyPiece('flyFacing', 'Fly facing', fly + 5, [cut(1), cut(1, 'interfacing')]),
    strip('flyShield', 'Fly shield', 2 * fly + 10, 195, [cut(1)], { grainAcross: true }),
    strip('beltLoops', 'Belt loops, cut apart', 450, 30, [cut(1)], { allowance: 0 }),
  );
  seams.push(
    join('leftFront', frontWaist),
    join('leftBack', back(backWaist)),
    join('rightBack', backWaist),
    join('rightFront', back(frontWaist)),
  );
  return { pieces, seams };
}

/** Length of a falling line down to the knee. */
const kneeOn = (line: Line, kneeY: number): number => lengthOf(clipAt(line, kneeY));

function flyStitching(crotch: Line, width: number): Line {
  const top = last(crotch);
  return path(
    [add(top, [width, 2]), add(top, [width - 4, 120])],
    curve(
      add(top, [width - 4, 120]),
      add(top, [width - 6, 160]),
      add(top, [width * 0.3, 178]),
      add(top, [-8, 182]),
    ),
  );
}

function flyPiece(id: string, name: string, width: number, cuts: Draft['cut']): Draft {
  return {
    id,
    name,
    edges: [
      edge('top', [
        [0, 0],
        [width, 0],
      ]),
      edge(
        'outer',
        path(
          [
            [width, 0],
            [width, 120],
          ],
          curve([width, 120], [width, 165], [width * 0.5, 190], [0, 195]),
        ),
        5,
      ),
      edge('center', [
        [0, 195],
        [0, 0],
      ]),
    ],
    cut: cuts,
    grain: grainAt(width * 0.4, 0, 190),
  };
}

const YOKE = { seat: 82, side: 56 } as const;

/** Moves the darts of the back into the seam of a yoke. */
function withYoke(
  rear: Legs['back'],
  waist: number,
): { yoke: Draft['edges']; join: Line; side: Line; crotch: Line } {
  const seat = reversed(rear.crotch);
  const [seatTop, seatLow] = cutAt(seat, YOKE.seat);
  const [sideTop, sideLow] = cutAt(rear.side, YOKE.side);
  const join: Line = [last(seatTop), first(sideLow)];
  const line = rear.waistLine;
  const taken = lengthOf(line) - waist;
  const on = toward(first(line), last(line));
  const inward = scale(left(on), -1);
  const middle = along(line, lengthOf(line) * 0.52).point;
  // The dart's point lies where the seam of the yoke is, straight below its middle.
  const [p, d] = [first(join), toward(first(join), last(join))];
  const cross = inward[0] * d[1] - inward[1] * d[0];
  const offset = subtract(p, middle);
  const pivot = add(middle, scale(inward, (offset[0] * d[1] - offset[1] * d[0]) / cross));
  const [a, b] = [add(middle, scale(on, -taken / 2)), add(middle, scale(on, taken / 2))];
  const angleOf = (point: Point): number => Math.atan2(point[1] - pivot[1], point[0] - pivot[0]);
  const turn = angleOf(a) - angleOf(b);
  const close = (points: Line): Line => turned(points, pivot, turn);
  return {
    join,
    side: sideLow,
    crotch: reversed(seatLow),
    yoke: [
      edge('waist', path([first(line), a], close([b, last(line)]))),
      edge('side', close(sideTop)),
      edge('join', path(close([first(sideLow), pivot]), [pivot, last(seatTop)])),
      edge('seat', reversed(seatTop)),
    ],
  };
}

const grainOf = (line: Line): readonly [Point, Point] => {
  const [a, b] = [add(first(line), [30, 45]), add(last(line), [-30, 25])];
  return [a, b];
};
