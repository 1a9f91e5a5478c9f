import { lighten } from '../color.js';
import type { Cutter, Fold, Piece } from '../garment.js';
import { curve, jitter, mirrored, type Node, type Point } from '../geometry.js';
import type { Random } from '../../platform/random.js';

/** A pompom: a ball of yarn ends. */
function pompom([x, y]: Point, radius: number, color: string, random: Random): string {
  const strands = Array.from({ length: 260 }, () => {
    const angle = random.between(0, Math.PI * 2);
    const reach = radius * Math.sqrt(random.next());
    const [fromX, fromY] = [x + Math.cos(angle) * reach * 0.5, y + Math.sin(angle) * reach * 0.5];
    const [toX, toY] = [x + Math.cos(angle) * (reach + 9), y + Math.sin(angle) * (reach + 9)];
    const lit = -(Math.cos(angle) + Math.sin(angle)) * (reach / radius) * 0.1;
    return `<path d="M${fromX.toFixed(1)} ${fromY.toFixed(1)}L${toX.toFixed(1)} ${toY.toFixed(1)}" stroke="${lighten(color, lit + random.between(-0.05, 0.05))}" stroke-width="2.600" stroke-linecap="round"/>`;
  }).join('');
  return `<circle cx="${x + 5}" cy="${y + 8}" r="${radius}" fill="#000" fill-opacity="0.18"/><circle cx="${x}" cy="${y}" r="${radius * 0.9}" fill="${lighten(color, -0.08)}"/>${strands}`;
}

export const beanie: Cutter = ({ design, random, main, ribbed }) => {
  const slouchy = design.silhouette === 'slouchy';
  const top = slouchy ? -262 : -206;
  const dome: Node[] = [
    [70, top + 12, 's'],
    [134, top * 0.62, 's'],
    [154, -40, 's'],
    [156, 60],
  ];
  const wide = {
    width: 13,
    height: 20,
    content:
      '<path d="M2 0V20" stroke="#000" stroke-opacity="0.3" stroke-width="3"/><path d="M8.500 0V20" stroke="#fff" stroke-opacity="0.13" stroke-width="4.500"/>',
  };
  const cuff: Node[] = [
    [160, 2],
    [168, 50, 's'],
    [160, 100],
  ];
  const folds: Fold[] = Array.from({ length: 11 }, (_, index) => {
    const t = (index / 10) * 2 - 1;
    return { from: [t * 26, top + 10], to: [t * 140, -30], bend: t * -16, width: 9, depth: 0.4 };
  });
  const ball = !slouchy && random.chance(0.45);
  const crown: Piece = {
    outline: curve([[0, top, 's'], ...dome, [0, 66, 's'], ...mirrored(dome)]),
    cloth: main,
    folds,
    roundness: 2.2,
  };
  return {
    stance: 'laid',
    pieces: [
      ...(ball
        ? [
            {
              outline: curve([
                [-40, top - 20, 's'],
                [0, top - 62, 's'],
                [40, top - 20, 's'],
                [0, top + 20, 's'],
              ]),
              cloth: main,
            },
          ]
        : []),
      ball ? { ...crown, hardware: pompom([0, top - 20], 48, design.trim ?? design.color, random) } : crown,
      {
        outline: curve([
          [0, -6, 's'],
          ...jitter(cuff, random, 1.5),
          [0, 112, 's'],
          ...jitter(mirrored(cuff), random, 1.5),
        ]),
        cloth: { ...ribbed, weave: wide, color: design.pattern === 'colorblock' ? main.accent : main.color },
        lift: 0.5,
        roundness: 1.7,
        hardware:
          design.pattern === 'solid'
            ? `<rect x="52" y="36" width="50" height="34" rx="2" fill="#000" fill-opacity="0.25" transform="translate(1.500 2.500)"/><rect x="52" y="36" width="50" height="34" rx="2" fill="${design.trim ?? '#d8c9a8'}"/><rect x="60" y="49" width="34" height="7" rx="1" fill="#000" fill-opacity="0.35"/>`
            : '',
      },
    ],
  };
};

export const cap: Cutter = ({ design, random, main, plain, lining }) => {
  const crown: Node[] = [
    [74, -184, 's'],
    [136, -120, 's'],
    [158, -20, 's'],
    [156, 30],
  ];
  const brim: Node[] = [
    [164, 14],
    [176, 62, 's'],
    [132, 112, 's'],
  ];
  const brimCloth = {
    ...plain,
    color: design.accent && design.pattern === 'solid' ? design.accent : design.color,
  };
  const panel = (x: number): string =>
    curve(
      [
        [0, -198],
        [x * 0.8, -130, 's'],
        [x, 16],
      ],
      false,
    );
  const eyelet = ([x, y]: Point): string =>
    `<circle cx="${x}" cy="${y}" r="5" fill="${lighten(design.color, -0.12)}" stroke="#000" stroke-opacity="0.3"/><circle cx="${x}" cy="${y}" r="2.200" fill="#000" fill-opacity="0.6"/>`;
  const rows = [14, 28, 42, 56, 70].map((inset) => ({
    d: curve(
      [
        [-168 + inset * 0.3, 18 + (90 - inset) * 0.2],
        [-124, 108 - inset, 's'],
        [0, 138 - inset, 's'],
        [124, 108 - inset, 's'],
        [168 - inset * 0.3, 18 + (90 - inset) * 0.2],
      ],
      false,
    ),
    kind: 'stitch' as const,
    width: 1,
  }));
  return {
    stance: 'laid',
    pieces: [
      {
        outline: curve([
          [-156, 20],
          [0, -20, 's'],
          [156, 20],
          [100, 60, 's'],
          [-100, 60, 's'],
        ]),
        cloth: lining,
        shade: 0.45,
      },
      {
        outline: curve([
          [0, -200, 's'],
          ...jitter(crown, random, 1.5),
          [0, -6, 's'],
          ...jitter(mirrored(crown), random, 1.5),
        ]),
        cloth: main,
        roundness: 2.4,
        lines: [
          ...[-86, 86].flatMap((x) => [
            { d: panel(x), kind: 'seam' as const },
            { d: panel(x * 1.07), kind: 'stitch' as const, width: 1 },
            { d: panel(x * 0.93), kind: 'stitch' as const, width: 1 },
          ]),
        ],
        folds: Array.from({ length: 6 }, () => ({
          from: [random.between(-110, 110), random.between(-140, -80)] as const,
          to: [random.between(-120, 120), random.between(-50, 10)] as const,
          bend: random.between(-12, 12),
          width: 9,
          depth: 0.2,
        })),
        hardware: `<ellipse cx="0" cy="-199" rx="13" ry="7" fill="${lighten(design.color, -0.07)}" stroke="#000" stroke-opacity="0.3"/>${eyelet([-112, -88])}${eyelet([112, -88])}${eyelet([-34, -128])}${eyelet([34, -128])}`,
      },
      {
        outline: curve([
          [0, -12, 's'],
          ...jitter(brim, random, 1),
          [0, 138, 's'],
          ...jitter(mirrored(brim), random, 1),
        ]),
        cloth: brimCloth,
        lift: 0.6,
        roundness: 1.4,
        lines: rows,
      },
    ],
  };
};

/** The yarn ends along a scarf's edge. */
function fringe(from: Point, to: Point, color: string, random: Random): string {
  const count = 26;
  return Array.from({ length: count }, (_, index) => {
    const t = index / (count - 1);
    const [x, y] = [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
    const drop = random.between(34, 46);
    return `<path d="M${x.toFixed(1)} ${(y - 3).toFixed(1)}q${random.between(-5, 5).toFixed(1)} ${(drop / 2).toFixed(1)} ${random.between(-6, 6).toFixed(1)} ${drop.toFixed(1)}" fill="none" stroke="${lighten(color, random.between(-0.09, 0.05))}" stroke-width="3.400" stroke-linecap="round"/>`;
  }).join('');
}

export const scarf: Cutter = ({ design, random, main, plain, lining }) => {
  const wide = design.silhouette === 'wide' ? 24 : 0;
  const long = (bottom: number, top: number, x: number, lean: number, half: number): Piece => {
    const nodes: Node[] = [
      [x - half * 0.6, top],
      [x + half * 0.6, top],
      [x + half + lean * 0.5, (top + bottom) / 2, 's'],
      [x + half + lean, bottom],
      [x - half + lean, bottom + 6],
      [x - half + lean * 0.5, (top + bottom) / 2, 's'],
    ];
    const folds = Array.from({ length: 6 }, (): Fold => {
      const t = random.between(-0.8, 0.8);
      return {
        from: [x + half * t * 0.6, top + 10],
        to: [x + lean + half * t, bottom - random.between(0, 220)],
        bend: random.between(-8, 8),
        width: random.between(8, 14),
        depth: random.between(0.3, 0.55),
      };
    });
    return {
      outline: curve(jitter(nodes, random, 2)),
      cloth: main,
      grain: -lean * 0.12,
      folds,
      lift: 0.45,
      roundness: 1.3,
      hardware: fringe([x - half + lean + 3, bottom + 5], [x + half + lean - 3, bottom], plain.color, random),
    };
  };
  const ring = (dx: number, inner: number): Node[] => [
    [-150 + dx, -210, 's'],
    [-84, -300, 's'],
    [30, -318, 's'],
    [140 - dx, -262, 's'],
    [148 - dx, -170, 's'],
    [70, -96 - inner, 's'],
    [-60, -96 - inner, 's'],
  ];
  const loopFolds: Fold[] = Array.from({ length: 7 }, (_, index) => ({
    from: [-140 + index * 6, -180 - index * 4],
    to: [128 - index * 8, -196 + index * 12],
    bend: 40 + index * 12,
    width: 9,
    depth: 0.5,
  }));
  return {
    stance: 'laid',
    pieces: [
      {
        outline: curve(ring(0, 0)),
        cloth: main,
        roundness: 2,
        folds: [
          { from: [-130, -250], to: [120, -270], bend: -30, width: 12, depth: 0.5 },
          { from: [-120, -230], to: [110, -240], bend: -24, width: 10, depth: 0.4 },
        ],
      },
      {
        outline: curve([
          [-72, -228, 's'],
          [0, -262, 's'],
          [74, -226, 's'],
          [0, -196, 's'],
        ]),
        cloth: lining,
        shade: 0.5,
      },
      long(330, -170, -46, -34, 62 + wide),
      long(400, -160, 44, 26, 64 + wide),
      {
        outline: curve([
          [-156, -212, 's'],
          [-90, -214, 's'],
          [0, -186, 's'],
          [92, -214, 's'],
          [154, -214, 's'],
          [128, -120, 's'],
          [30, -62, 's'],
          [-60, -74, 's'],
          [-134, -132, 's'],
        ]),
        cloth: main,
        grain: 12,
        lift: 0.7,
        roundness: 1.9,
        folds: loopFolds,
      },
    ],
  };
};
