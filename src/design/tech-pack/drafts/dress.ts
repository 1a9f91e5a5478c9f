import type { Body } from '../body.js';
import type { Garment } from '../garment.js';
import { add, cutAt, first, last, left, lengthOf, meet, moved, reflected, reversed, scale, toward, type Line, type Point } from '../geometry.js'; // prettier-ignore
import type { Draft, Edge, Mark, Seam } from '../piece.js';
import { neckFacing, sleeves } from './bodice.js';
import {
  allowances,
  back,
  bow,
  buttons,
  cut,
  edge,
  fold,
  grainAt,
  of,
  strip,
  withDarts,
  type Drafted,
} from './parts.js';
import { panels, skirtLength, type Panels } from './skirt.js';
import { collect, neckOf, placket, shirtCollar, sleeveLength } from './tops.js';
import { draftTorso, type Torso } from './torso.js';

/** The dart at the side of the bust is this share of the shoulder dart of the body table, because it is closer. */
const SIDE_DART = 0.38;
/** Below the underarm, along the side. */
const SIDE_DART_AT = 45;
const WAIST_DART = 26;
const BUST_EASE = 70;
const WAIST_EASE = 60;

/** A dress: a fitted bodice with darts and a skirt, or, as a shift, both in one. */
export function dress(garment: Garment, body: Body): Drafted {
  const isShift = garment.silhouette === 'shift';
  const isWrap = garment.silhouette === 'wrap';
  const hasCollar = garment.neckline === 'shirt collar' && !isWrap;
  const bare = garment.sleeve === 'sleeveless' || garment.neckline === 'straps';
  const neck = neckOf(garment);
  const narrow = bare ? body.shoulder * 0.22 : 0;
  const room = body.shoulder - narrow - (garment.neckline === 'straps' ? 24 : 36);
  const close = garment.silhouette === 'bodycon' ? -25 : 0;
  const hem = body.napeToWaist + skirtLength(garment.length, body);
  const torso = draftTorso(body, {
    bustEase: BUST_EASE + close,
    hipEase: isShift ? 70 : 40,
    waistEase: isShift ? 190 : WAIST_EASE + close,
    waistDarts: isShift ? 0 : WAIST_DART,
    shoulder: -narrow,
    armhole: bare ? -6 : 4,
    length: isShift ? hem : body.napeToWaist,
    neck: { ...neck, shape: isWrap ? 'v' : neck.shape, widen: Math.min(neck.widen, room) },
  });
  const raise = body.bustDart * SIDE_DART;
  const waist = (body.waist + WAIST_EASE + close) / 4;
  const skirt = isShift
    ? null
    : panels(garment, body, {
        waist,
        length: skirtLength(garment.length, body),
        hipEase: 40,
        ...(hasCollar ? { placket: placket.extension + placket.facing } : {}),
      });
  const bodice = fitted(torso, body, {
    raise,
    waist,
    isShift,
    wrap: isWrap ? (skirt?.overlap ?? 0) : 0,
    open: hasCollar,
    armhole: bare ? allowances.neck : allowances.seam,
  });
  const armholes = bare ? binding(torso) : arms(garment, body, torso, bodice.pieces);
  return collect(
    bodice,
    ...(skirt ? [withWaist(skirt, bodice.waist, hasCollar)] : []),
    armholes,
    hasCollar
      ? shirtCollar(torso, bodice.pieces, { leaf: true })
      : isWrap
        ? wrapEdges(torso, bodice.neck)
        : facings(torso, raise),
    ...(isWrap
      ? [{ pieces: [strip('tie', 'Tie belt', 900, 70, [cut(2)], { foldLine: true })], seams: [] }]
      : []),
  );
}

interface Fitted extends Drafted {
  readonly waist: { readonly front: readonly string[]; readonly back: readonly string[] };
  readonly neck: Line;
}

function fitted(
  torso: Torso,
  body: Body,
  {
    raise,
    waist,
    isShift,
    wrap,
    open,
    armhole,
  }: { raise: number; waist: number; isShift: boolean; wrap: number; open: boolean; armhole: number },
): Fitted {
  const up: Point = [0, -raise];
  const bustX = 70 + body.bust * 0.025;
  const bustY = torso.underarm[1] + 12;
  const [sideTop, sideLow] = cutAt(torso.front.side, SIDE_DART_AT);
  const dart = sideDart(moved(sideTop, up), sideLow, bustX + 28);
  const reach = open ? placket.extension + placket.facing : 0;
  const centerTop = add(first(torso.front.neck), up);
  const bottomY = isShift ? torso.hemY : torso.waistY;
  const sideEnd = last(torso.front.side);
  const frontBottom: Line = [sideEnd, [wrap > 0 ? -wrap : -reach, bottomY]];
  const openFront = withDarts(
    'waist',
    frontBottom,
    isShift
      ? []
      : [
          {
            at: sideEnd[0] - bustX,
            width: WAIST_DART + slack(frontBottom, waist + reach + wrap),
            depth: bottomY - bustY - 22,
          },
        ],
    allowances.seam,
  );
  const shoulder = moved(torso.front.shoulder, up);
  const hole = moved(torso.front.armhole, up);
  const neck: Line =
    wrap > 0 ? reversed(bow(first(shoulder), [-wrap, bottomY], -8)) : moved(torso.front.neck, up);
  const hemEdge = (line: Line): Edge => edge('hem', line, allowances.hem, 'hem');
  const marks: Mark[] = [...dart.marks, ...openFront.marks];
  if (open)
    marks.push(
      { kind: 'placement', label: 'center front', line: [centerTop, [0, bottomY]] },
      {
        kind: 'foldLine',
        label: 'fold',
        line: [
          [-placket.extension, centerTop[1]],
          [-placket.extension, bottomY],
        ],
      },
      ...buttons([0, centerTop[1] + 60], [0, bottomY - 40], 4),
    );
  const front: Draft = {
    id: 'front',
    name: isShift ? 'Front' : 'Bodice front',
    edges: [
      ...(open ? [edge('stand', [[-reach, centerTop[1]], centerTop], allowances.neck)] : []),
      edge('neck', neck, allowances.neck),
      edge('shoulder', shoulder),
      edge('armhole', hole, armhole),
      ...dart.edges,
      ...(isShift ? [hemEdge(frontBottom)] : openFront.edges),
      ...(wrap > 0
        ? []
        : open
          ? [
              edge('front', [
                [-reach, bottomY],
                [-reach, centerTop[1]],
              ]),
            ]
          : [fold([[0, bottomY], centerTop])]),
    ],
    cut: [cut(open || wrap > 0 ? 2 : 1)],
    grain: grainAt(torso.underarm[0] * 0.72, torso.underarm[1], torso.waistY),
    marks,
  };
  const rearBottom: Line = [last(torso.back.side), [0, bottomY]];
  const openBack = withDarts(
    'waist',
    rearBottom,
    isShift
      ? []
      : [
          {
            at: last(torso.back.side)[0] - bustX - 4,
            width: WAIST_DART + slack(rearBottom, waist),
            depth: bottomY - torso.underarm[1] - 18,
          },
        ],
    allowances.seam,
  );
  const zipped = !open && wrap === 0;
  const napeTop = first(torso.back.neck);
  const rear: Draft = {
    id: 'back',
    name: isShift ? 'Back' : 'Bodice back',
    edges: [
      edge('neck', torso.back.neck, allowances.neck),
      edge('shoulder', torso.back.shoulder),
      edge('armhole', torso.back.armhole, armhole),
      edge('side', torso.back.side),
      ...(isShift ? [hemEdge(rearBottom)] : openBack.edges),
      zipped ? edge('center', [[0, bottomY], napeTop], 15) : fold([[0, bottomY], napeTop]),
    ],
    cut: [cut(zipped ? 2 : 1)],
    grain: grainAt(torso.underarm[0] * 0.72, torso.underarm[1], torso.waistY),
    marks: openBack.marks,
  };
  const sides = dart.names.map((name) => `front.${name}`);
  const backSide = lengthOf(torso.back.side);
  const seams: Seam[] = [
    { name: 'shoulder', a: ['front.shoulder'], b: ['back.shoulder'], ease: 0 },
    {
      name: 'side seam',
      a: sides,
      b: ['back.side'],
      ease: 0,
      matches: [{ a: backSide * 0.6, b: backSide * 0.6 }],
    },
    ...(zipped ? [{ name: 'center back seam', a: ['back.center'], b: ['back.center'], ease: 0 }] : []),
  ];
  return {
    pieces: [front, rear],
    seams,
    neck,
    waist: { front: back(of('front', openFront.names)), back: back(of('back', openBack.names)) },
  };
}

/** What the dart must take in addition so that the finished line is exact: shaped sides move the waist a little. */
const slack = (line: Line, finished: number): number => lengthOf(line) - finished - WAIST_DART;

/** The dart of the bust at the side seam: the bodice above it was raised by the dart's width. */
function sideDart(top: Line, low: Line, apexX: number): { edges: Edge[]; marks: Mark[]; names: string[] } {
  const [a, b] = [last(top), first(low)];
  const middle = scale(add(a, b), 0.5);
  const inward = scale(left(toward(a, b)), -1);
  const apex = add(middle, scale(inward, middle[0] - apexX));
  const leg = toward(b, apex);
  // Pressed down, the dart ends where the seam below it lies, seen in the mirror of its leg.
  const away = toward(b, low[1] ?? b);
  const peak = meet(b, reflected(away, leg), apex, scale(inward, -1)) ?? middle;
  return {
    names: ['side-1', 'side-2'],
    edges: [
      edge('side-1', top),
      edge('side-dart', [a, peak, b], allowances.seam, 'dart'),
      edge('side-2', low),
    ],
    marks: [
      { kind: 'dartLeg', label: '', line: [a, apex] },
      { kind: 'dartLeg', label: 'dart', line: [b, apex] },
      { kind: 'drill', label: 'dart point', line: [add(apex, scale(toward(apex, middle), 10))] },
    ],
  };
}

function withWaist(skirt: Panels, waist: Fitted['waist'], open: boolean): Drafted {
  const how = skirt.pleated > 0 ? ({ how: 'pleated' } as const) : {};
  const front = open ? ['skirtFront.stand', ...skirt.frontWaist] : skirt.frontWaist;
  return {
    pieces: skirt.pieces,
    seams: [
      ...skirt.seams,
      { name: 'front waist seam', a: waist.front, b: front, ease: skirt.pleated, ...how },
      { name: 'back waist seam', a: waist.back, b: skirt.backWaist, ease: skirt.pleated, ...how },
    ],
  };
}

function arms(garment: Garment, body: Body, torso: Torso, pieces: readonly Draft[]): Drafted {
  const length = sleeveLength({ ...garment, silhouette: 'regular' }, body, {
    ease: 0,
    shoulder: 0,
    armhole: 0,
    length: 0,
  });
  const isPuff = garment.sleeve === 'puff';
  return sleeves(torso, pieces, {
    ease: 22,
    cap: 0.32,
    length,
    hemWidth: garment.sleeve === 'long' ? body.wrist + 60 : isPuff ? body.upperArm + 150 : null,
    hem: allowances.hem,
    puff: isPuff ? 120 : 0,
    ...(isPuff
      ? { cuff: { width: body.upperArm + 30, height: 18, fabric: 'main' as const, how: 'gathered' as const } }
      : {}),
  });
}

/** Bias strips that bind bare armholes. */
function binding(torso: Torso): Drafted {
  const around = lengthOf(torso.front.armhole) + lengthOf(torso.back.armhole);
  return {
    pieces: [
      strip('armband', 'Armhole binding, on the bias', around, 32, [cut(2)], { allowance: allowances.neck }),
    ],
    seams: [
      {
        name: 'armhole binding',
        a: ['-armband.bottom'],
        b: ['-front.armhole', 'back.armhole'],
        ease: 0,
        matches: [{ a: lengthOf(torso.front.armhole), b: lengthOf(torso.front.armhole) }],
      },
    ],
  };
}

function facings(torso: Torso, raise: number): Drafted {
  const up: Point = [0, -raise];
  const front = {
    ...torso.front,
    neck: moved(torso.front.neck, up),
    shoulder: moved(torso.front.shoulder, up),
  };
  const width = 50;
  return {
    pieces: [
      neckFacing('frontFacing', 'Front neck facing', front, width, true),
      neckFacing('backFacing', 'Back neck facing', torso.back, width, false),
    ],
    seams: [
      { name: 'front facing', a: ['frontFacing.neck'], b: ['front.neck'], ease: 0 },
      { name: 'back facing', a: ['backFacing.neck'], b: ['back.neck'], ease: 0 },
      { name: 'facing shoulder', a: ['frontFacing.shoulder'], b: ['backFacing.shoulder'], ease: 0 },
    ],
  };
}

function wrapEdges(torso: Torso, neck: Line): Drafted {
  const rear = lengthOf(torso.back.neck);
  const whole = 2 * (rear + lengthOf(neck));
  return {
    pieces: [
      strip('neckband', 'Neck binding, on the bias', whole, 32, [cut(1)], { allowance: allowances.neck }),
    ],
    seams: [
      {
        name: 'neck binding',
        a: ['-neckband.bottom'],
        b: ['front.neck', '-back.neck', 'back.neck', '-front.neck'],
        ease: 0,
        matches: [lengthOf(neck), lengthOf(neck) + 2 * rear].map((at) => ({ a: at, b: at })),
      },
    ],
  };
}
