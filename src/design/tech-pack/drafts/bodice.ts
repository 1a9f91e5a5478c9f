import {
  add,
  curve,
  cutAt,
  first,
  last,
  lengthOf,
  path,
  reversed,
  solve,
  toward,
  scale,
  left,
} from '../geometry.js';
import type { Line, Point } from '../geometry.js';
import type { Cut, Draft, Edge, Mark, Seam } from '../piece.js';
import { allowances, back, cut, edge, fold, grainAt, strip } from './parts.js';
import {
  clipAt,
  clipBelow,
  draftSleeve,
  widest,
  type SleeveLines,
  type Torso,
  type TorsoLines,
} from './torso.js';

export interface BodiceOptions {
  readonly hem: number;
  readonly neck?: number;
  /** The front opens: how far it extends past its center, and the width of a facing that is cut on. */
  readonly open?: { readonly extension: number; readonly facing: number };
  /** A seam instead of a fold at the center of the back. */
  readonly backSeam?: boolean;
  /** Height below the shoulder's neck point at which a yoke ends. */
  readonly backYoke?: number;
  readonly frontYoke?: number;
  /** Sleeveless: the armhole's allowance, for a binding. */
  readonly armhole?: number;
  readonly cuts?: readonly Cut['fabric'][];
  readonly frontMarks?: readonly Mark[];
  readonly backMarks?: readonly Mark[];
}

const sewn = (fabrics: readonly Cut['fabric'][], count: number): Cut[] =>
  fabrics.map((fabric) => cut(count, fabric));

/** Front and back without darts, with their shoulder and side seams. */
export function bodice(torso: Torso, options: BodiceOptions): { pieces: Draft[]; seams: Seam[] } {
  const cuts = options.cuts ?? ['main'];
  const seams: Seam[] = [];
  const pieces: Draft[] = [];
  const front = half(torso, torso.front, options, options.frontYoke, options.open, !options.open);
  const rear = half(torso, torso.back, options, options.backYoke, undefined, !options.backSeam);
  pieces.push(
    {
      id: 'front',
      name: 'Front',
      edges: front.lower,
      cut: sewn(cuts, options.open ? 2 : 1),
      grain: grainAt(torso.underarm[0] * 0.45, torso.underarm[1] * 0.7, torso.hemY),
      marks: [...front.marks, ...(options.frontMarks ?? [])],
    },
    {
      id: 'back',
      name: 'Back',
      edges: rear.lower,
      cut: sewn(cuts, options.backSeam ? 2 : 1),
      grain: grainAt(torso.underarm[0] * 0.45, torso.underarm[1] * 0.7, torso.hemY),
      marks: options.backMarks ?? [],
    },
  );
  for (const [id, name, made, y, count] of [
    ['frontYoke', 'Front yoke', front, options.frontYoke, 2],
    ['backYoke', 'Back yoke', rear, options.backYoke, 2],
  ] as const) {
    if (y === undefined || !made.upper) continue;
    const low = id === 'frontYoke' ? 'front' : 'back';
    pieces.push({
      id,
      name,
      edges: made.upper,
      cut: sewn(cuts, count),
      grain: [
        [torso.underarm[0] * 0.25, y - 15],
        [torso.underarm[0] * 0.6, y - 15],
      ],
    });
    seams.push({
      name: `${name} seam`,
      a: [`${id}.join`],
      b: [`-${low}.join`],
      ease: 0,
      matches: [halfway(made.join)],
    });
  }
  const shoulderOf = (id: 'front' | 'back'): string =>
    options[`${id}Yoke`] === undefined ? `${id}.shoulder` : `${id}Yoke.shoulder`;
  seams.push(
    { name: 'shoulder', a: [shoulderOf('front')], b: [shoulderOf('back')], ease: 0 },
    { name: 'side seam', a: ['front.side'], b: ['back.side'], ease: 0, matches: [halfway(torso.front.side)] },
  );
  if (options.backSeam)
    seams.push({ name: 'center back seam', a: ['back.center'], b: ['back.center'], ease: 0 });
  return { pieces, seams };
}

export const halfway = (line: Line): { a: number; b: number } => ({
  a: lengthOf(line) / 2,
  b: lengthOf(line) / 2,
});

function half(
  torso: Torso,
  lines: TorsoLines,
  options: BodiceOptions,
  yoke: number | undefined,
  open: BodiceOptions['open'],
  onFold: boolean,
): { lower: Edge[]; upper?: Edge[]; join: Line; marks: Mark[] } {
  const neckAllowance = options.neck ?? allowances.neck;
  const armholeAllowance = options.armhole ?? allowances.seam;
  const reach = open ? -(open.extension + open.facing) : 0;
  const centerTop = first(lines.neck);
  const hemEnd = last(lines.side);
  const bottom: Point = [reach, torso.hemY];
  const hem = edge('hem', [hemEnd, bottom], options.hem, options.hem === allowances.seam ? 'seam' : 'hem');
  const marks: Mark[] = open
    ? [
        {
          kind: 'placement',
          label: 'center front',
          line: [
            [0, centerTop[1]],
            [0, torso.hemY],
          ],
        },
        ...(open.facing > 0
          ? [
              {
                kind: 'foldLine',
                label: 'fold',
                line: [
                  [-open.extension, centerTop[1]],
                  [-open.extension, torso.hemY],
                ],
              } as const,
            ]
          : []),
      ]
    : [];
  const closing = (from: Point, to: Point): Edge =>
    onFold ? fold([from, to]) : edge(open ? 'front' : 'center', [from, to], open ? allowances.seam : 15);
  const stand: Edge[] =
    open && reach < 0 ? [edge('stand', [[reach, centerTop[1]], centerTop], neckAllowance)] : [];
  if (yoke === undefined) {
    return {
      lower: [
        ...stand,
        edge('neck', lines.neck, neckAllowance),
        edge('shoulder', lines.shoulder),
        edge('armhole', lines.armhole, armholeAllowance),
        edge('side', lines.side),
        hem,
        closing(bottom, [reach, centerTop[1]]),
      ],
      join: [],
      marks,
    };
  }
  const upper = clipAt(lines.armhole, yoke);
  const lower = clipBelow(lines.armhole, yoke);
  const join: Line = [last(upper), [0, yoke]];
  const standBelow: Point = [reach, yoke];
  return {
    join,
    marks: marks.map((mark) => ({
      ...mark,
      line: mark.line.map(([x, y]): Point => [x, Math.max(y, open ? centerTop[1] : yoke)]),
    })),
    upper: [
      edge('neck', lines.neck, neckAllowance),
      edge('shoulder', lines.shoulder),
      edge('armhole', upper),
      edge('join', join),
      onFold || !open
        ? fold([[0, yoke], centerTop])
        : edge('center', [[0, yoke], centerTop], allowances.seam),
    ],
    lower: [
      ...(reach < 0 ? [edge('stand', [standBelow, [0, yoke]], allowances.seam)] : []),
      edge('join', reversed(join)),
      edge('armhole', lower),
      edge('side', lines.side),
      hem,
      closing(bottom, standBelow),
    ],
  };
}

/** Edges of the front and back armholes, from the front underarm over the shoulder to the back underarm. */
export function armholeEdges(pieces: readonly Draft[]): string[] {
  const has = (id: string): boolean => pieces.some((piece) => piece.id === id);
  return [
    '-front.armhole',
    ...(has('frontYoke') ? ['-frontYoke.armhole'] : []),
    ...(has('backYoke') ? ['backYoke.armhole'] : []),
    'back.armhole',
  ];
}

/** Edges of the whole neckline from the center back over the left shoulder to the center front. */
export function neckEdges(pieces: readonly Draft[]): string[] {
  const owner = (id: 'front' | 'back'): string =>
    pieces.some((piece) => piece.id === `${id}Yoke`) && !hasNeck(pieces, id) ? `${id}Yoke` : id;
  return [`${owner('back')}.neck`, `-${owner('front')}.neck`];
}

const hasNeck = (pieces: readonly Draft[], id: string): boolean =>
  pieces.some((piece) => piece.id === id && piece.edges.some((one) => one.id === 'neck'));

export interface SleeveOptions {
  readonly ease: number;
  readonly cap: number;
  readonly length: number;
  readonly hemWidth: number | null;
  readonly hem: number;
  readonly cuts?: readonly Cut['fabric'][];
  /** The end is gathered or pleated to a cuff of this width. */
  readonly cuff?: {
    readonly width: number;
    readonly height: number;
    readonly fabric: Cut['fabric'];
    readonly how: 'stretched' | 'pleated' | 'gathered';
  };
  /** Extra width of a puffed sleeve, spread over cap and end. */
  readonly puff?: number;
  readonly marks?: readonly Mark[];
}

/** Sleeves of one piece, with their cuffs. */
export function sleeves(
  torso: Torso,
  bodyPieces: readonly Draft[],
  options: SleeveOptions,
): { pieces: Draft[]; seams: Seam[]; lines: SleeveLines } {
  const frontArmhole = lengthOf(torso.front.armhole);
  const backArmhole = lengthOf(torso.back.armhole);
  const puff = options.puff ?? 0;
  const lines = draftSleeve({
    frontArmhole,
    backArmhole,
    ease: options.ease + puff,
    cap: options.cap,
    length: options.length,
    hem: options.hemWidth,
  });
  const capLength = lengthOf(lines.cap);
  const frontCap = capLength - lines.backCap;
  const whole = frontArmhole + backArmhole;
  const pair = options.cuts ?? ['main'];
  const seams: Seam[] = [
    {
      name: 'armhole',
      a: armholeEdges(bodyPieces),
      b: ['-sleeve.cap'],
      ease: options.ease + puff,
      how: puff > 0 ? 'gathered' : 'eased',
      matches: [
        { a: 80, b: 80 },
        { a: frontArmhole, b: frontCap },
        { a: whole - 80, b: capLength - 80, double: true },
      ],
    },
    {
      name: 'sleeve seam',
      a: ['sleeve.frontSeam'],
      b: ['-sleeve.backSeam'],
      ease: 0,
      matches: [halfway(lines.frontSeam)],
    },
  ];
  const middle = (first(lines.hem)[0] + last(lines.hem)[0]) / 2;
  const pieces: Draft[] = [
    {
      id: 'sleeve',
      name: 'Sleeve',
      edges: [
        edge('cap', lines.cap),
        edge('frontSeam', lines.frontSeam),
        edge('hem', lines.hem, options.cuff ? allowances.seam : options.hem, options.cuff ? 'seam' : 'hem'),
        edge('backSeam', lines.backSeam),
      ],
      cut: sewn(pair, 2),
      grain: grainAt(middle, lines.top[1], first(lines.hem)[1]),
      marks: options.marks ?? [],
    },
  ];
  if (options.cuff) {
    const { width, height, fabric, how } = options.cuff;
    const hemWidth = lengthOf(lines.hem);
    pieces.push(
      strip(
        'cuff',
        'Cuff',
        width,
        height * 2,
        [cut(2, fabric), ...(how === 'stretched' ? [] : [cut(2, 'interfacing')])],
        {
          foldLine: true,
          grainAcross: fabric === 'rib',
        },
      ),
    );
    seams.push({
      name: 'cuff',
      a: ['-cuff.bottom'],
      b: ['-sleeve.hem'],
      ease: hemWidth - width,
      how,
      matches: [{ a: width / 2, b: hemWidth / 2 }],
    });
  }
  return { pieces, seams, lines };
}

/** A band around the whole neckline, sewn to itself at the center back. */
export function neckband(
  bodyPieces: readonly Draft[],
  torso: Torso,
  { height, stretch, fabric }: { height: number; stretch: number; fabric: Cut['fabric'] },
): { pieces: Draft[]; seams: Seam[] } {
  const [rear, ahead] = [lengthOf(torso.back.neck), lengthOf(torso.front.neck)];
  const around = 2 * (rear + ahead);
  const width = around * stretch;
  const half = neckEdges(bodyPieces);
  return {
    pieces: [
      strip('neckband', 'Neckband', width, height * 2, [cut(1, fabric)], {
        foldLine: true,
        allowance: allowances.neck,
        grainAcross: fabric === 'rib',
      }),
    ],
    seams: [
      {
        name: 'neckband',
        a: ['-neckband.bottom'],
        b: [...half, ...back(half)],
        ease: around - width,
        how: stretch < 1 ? 'stretched' : 'eased',
        matches: [rear, rear + ahead, rear + 2 * ahead].map((at) => ({ a: at * stretch, b: at })),
      },
      { name: 'neckband center back', a: ['neckband.left'], b: ['-neckband.right'], ease: 0 },
    ],
  };
}

/** A ribbed band along the whole hem. `fronts`: the front is open, so that the band ends at its edges. */
export function hemBand(
  torso: Torso,
  {
    height,
    stretch,
    fabric,
    open,
    extension = 0,
  }: { height: number; stretch: number; fabric: Cut['fabric']; open: boolean; extension?: number },
): { pieces: Draft[]; seams: Seam[] } {
  const [front, rear] = [widest([last(torso.front.side)]) + extension, widest([last(torso.back.side)])];
  const around = 2 * (front + rear);
  const side = open
    ? ['-front.hem', 'back.hem', '-back.hem', 'front.hem']
    : ['front.hem', '-front.hem', 'back.hem', '-back.hem'];
  // On a closed body the band starts at a side seam, otherwise at the front's edge.
  const seamAt = open ? [front, front + rear, front + 2 * rear] : [front, 2 * front, 2 * front + rear];
  return {
    pieces: [
      strip('hemband', 'Hem band', around * stretch, height * 2, [cut(1, fabric)], {
        foldLine: true,
        grainAcross: fabric === 'rib',
      }),
    ],
    seams: [
      {
        name: 'hem band',
        a: ['hemband.top'],
        b: side,
        ease: around * (1 - stretch),
        how: 'stretched',
        matches: seamAt.map((at) => ({ a: at * stretch, b: at })),
      },
      ...(open ? [] : [{ name: 'hem band side', a: ['hemband.left'], b: ['-hemband.right'], ease: 0 }]),
    ],
  };
}

/** A facing along the neckline, on the fold or with a seam at the center. */
export function neckFacing(
  id: string,
  name: string,
  lines: TorsoLines,
  width: number,
  onFold: boolean,
): Draft {
  const [inner] = cutAt(lines.shoulder, width);
  const center = first(lines.neck);
  const bottom: Point = [0, center[1] + width];
  const end = last(inner);
  const corner = lines.neck.length === 3 ? lines.neck[1] : undefined;
  const outer = corner
    ? path(curve(end, [end[0], corner[1]], [end[0] - 4, bottom[1]], [corner[0] - 20, bottom[1]]), [
        [corner[0] - 20, bottom[1]],
        bottom,
      ])
    : curve(end, [end[0], end[1] + (bottom[1] - end[1]) * 0.55], [end[0] * 0.6, bottom[1]], bottom);
  return {
    id,
    name,
    edges: [
      edge('neck', lines.neck),
      edge('shoulder', inner),
      edge('outer', outer, 5, 'edge'),
      onFold ? fold([bottom, center]) : edge('center', [bottom, center], 15),
    ],
    cut: [cut(onFold ? 1 : 2), cut(onFold ? 1 : 2, 'interfacing')],
    grain: [
      [8, center[1] + width * 0.15],
      [8, center[1] + width * 0.85],
    ],
  };
}

/** Half a collar stand, on the fold at the center back. */
export function collarStand(
  neckLength: number,
  {
    height,
    rise,
    extension,
    cuts,
  }: { height: number; rise: number; extension: number; cuts: readonly Cut[] },
): { piece: Draft; top: number } {
  const base = (x: number): Line => curve([0, 0], [x * 0.5, 0], [x * 0.8, -rise * 0.5], [x, -rise]);
  const x = solve((width) => lengthOf(base(width)), neckLength, neckLength * 0.7, neckLength * 1.05);
  const line = base(x);
  const end = last(line);
  const on = toward(line.at(-2) ?? end, end);
  const up = left(on);
  const top: Line = line.map((point, i): Point => {
    const direction =
      i === 0 ? ([1, 0] as const) : toward(line[i - 1] ?? point, line[i + 1] ?? add(point, on));
    return add(point, scale(left(direction), height));
  });
  const tip = add(end, scale(on, extension));
  const round =
    extension > 0
      ? curve(last(top), add(last(top), scale(on, extension * 0.9)), add(tip, scale(up, height * 0.6)), tip)
      : [last(top), end];
  return {
    top: lengthOf(top),
    piece: {
      id: 'stand',
      name: 'Collar stand',
      edges: [
        edge('top', top, allowances.neck),
        edge('end', round, allowances.neck),
        ...(extension > 0 ? [edge('under', [tip, end], allowances.neck)] : []),
        edge('neck', reversed(line), allowances.neck),
        fold([
          [0, 0],
          [0, -height],
        ]),
      ],
      cut: cuts,
      grain: [
        [neckLength * 0.15, -height / 2],
        [neckLength * 0.6, -height / 2],
      ],
    },
  };
}

/** Half a turned-down collar, on the fold at the center back, whose inner edge has a given length. */
export function collarLeaf(
  neckLength: number,
  {
    height,
    point,
    lean,
    dip,
    cuts,
  }: { height: number; point: number; lean: number; dip: number; cuts: readonly Cut[] },
): Draft {
  const base = (x: number): Line => curve([0, 0], [x * 0.45, 0], [x * 0.75, dip * 0.4], [x, dip]);
  const x = solve((width) => lengthOf(base(width)), neckLength, neckLength * 0.6, neckLength * 1.05);
  const line = base(x);
  const end = last(line);
  const tip: Point = [end[0] + lean, end[1] - point];
  const outer = curve(
    [0, -height],
    [x * 0.45, -height],
    [tip[0] - x * 0.3, tip[1] - Math.min(0, dip) * 0.3],
    tip,
  );
  return {
    id: 'collar',
    name: 'Collar',
    edges: [
      edge('outer', outer, allowances.neck),
      edge('end', [tip, end], allowances.neck),
      edge('neck', reversed(line), allowances.neck),
      fold([
        [0, 0],
        [0, -height],
      ]),
    ],
    cut: cuts,
    grain: [
      [neckLength * 0.15, -height / 2],
      [neckLength * 0.6, -height / 2],
    ],
  };
}

/** Half a hood, whose neck edge has the length of half the neckline. */
export function hood(neckLength: number, cuts: readonly Cut[]): Draft {
  const base = (x: number): Line => curve([0, 0], [x * 0.3, 14], [x * 0.7, 14], [x, 24]);
  const x = solve((width) => lengthOf(base(width)), neckLength, neckLength * 0.7, neckLength * 1.05);
  const line = base(x);
  const face = Math.max(x, 215);
  const crown: Point = [face + 5, -345];
  return {
    id: 'hood',
    name: 'Hood side',
    edges: [
      edge(
        'center',
        path(
          curve([0, 0], [-30, -70], [-58, -160], [-45, -235]),
          curve([-45, -235], [-35, -320], [60, -356], [150, -356]),
          curve([150, -356], [190, -356], [face - 20, -350], crown),
        ),
      ),
      edge(
        'face',
        curve(crown, [face + 5, -200], [x + (face - x) * 0.8, -90], last(line)),
        allowances.hem,
        'edge',
      ),
      edge('neck', reversed(line), allowances.seam),
    ],
    cut: cuts,
    grain: [
      [x * 0.5, -280],
      [x * 0.5, -60],
    ],
  };
}

/** A patch pocket. */
export function patchPocket(width: number, height: number, count: number, pointed = false): Draft {
  const [low, tip] = [height - (pointed ? 18 : 0), height];
  return {
    id: 'pocket',
    name: 'Patch pocket',
    edges: [
      edge(
        'top',
        [
          [0, 0],
          [width, 0],
        ],
        allowances.hem,
        'hem',
      ),
      edge('right', [
        [width, 0],
        [width, low],
      ]),
      edge(
        'bottom',
        pointed
          ? [
              [width, low],
              [width / 2, tip],
              [0, low],
            ]
          : [
              [width, tip],
              [0, tip],
            ],
      ),
      edge('left', [
        [0, low],
        [0, 0],
      ]),
    ],
    cut: [cut(count)],
    grain: grainAt(width / 2, 0, height),
  };
}

/** Where a patch pocket is sewn on. */
export const pocketPlace = ([x, y]: Point, width: number, height: number): Mark => ({
  kind: 'placement',
  label: 'pocket',
  line: [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ],
});
