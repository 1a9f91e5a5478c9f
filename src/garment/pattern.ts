import { lighten, lightness, mix } from './color.js';
import type { Pattern } from './design.js';
import { curve, type Node } from './geometry.js';
import type { Random } from '../platform/random.js';

/** The tile of a pattern, in garment units (a shirt is about 350 wide), drawn over the fabric's own color. */
export interface Tile {
  width: number;
  height: number;
  content: string;
}

/** A second color that is visible on the first, for designs that do not name one. */
export function suitingAccent(color: string): string {
  return lightness(color) > 0.62
    ? mix(lighten(color, -0.42), '#232f4f', 0.35)
    : mix(lighten(color, 0.42), '#f4efe2', 0.6);
}

const rect = (x: number, y: number, width: number, height: number, fill: string, opacity = 1): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"${opacity < 1 ? ` fill-opacity="${opacity}"` : ''}/>`;
const line = (d: string, stroke: string, width: number, opacity = 1): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-opacity="${opacity}"/>`;

/** Draws a motif at a position and its copies across the edges, so that the tile has no seams. */
function wrapped(size: number, x: number, y: number, draw: (x: number, y: number) => string): string {
  return [-size, 0, size].flatMap((dx) => [-size, 0, size].map((dy) => draw(x + dx, y + dy))).join('');
}

function blob(random: Random, radius: number, points = 8): Node[] {
  return Array.from({ length: points }, (_, index): Node => {
    const angle = (index / points) * Math.PI * 2;
    const reach = radius * random.between(0.55, 1.15);
    return [Math.cos(angle) * reach * 1.3, Math.sin(angle) * reach, 's'];
  });
}

/** Positions spread over a square of this size: a jittered grid. */
function spread(random: Random, size: number, cells: number): [number, number][] {
  const step = size / cells;
  return Array.from({ length: cells * cells }, (_, index) => [
    (index % cells) * step + random.between(0.15, 0.85) * step,
    Math.floor(index / cells) * step + random.between(0.15, 0.85) * step,
  ]);
}

const placed = (shape: string, x: number, y: number, turn: number, scale: number): string =>
  `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(0)}) scale(${scale.toFixed(2)})">${shape}</g>`;

function floral(color: string, accent: string, random: Random): Tile {
  const size = 150;
  const leafColor = mix(mix(color, '#4f7048', 0.65), accent, 0.1);
  const second = mix(accent, lightness(color) > 0.6 ? '#d9803f' : '#f0c46a', 0.45);
  const petals = (fill: string): string =>
    [0, 72, 144, 216, 288]
      .map(
        (turn) =>
          `<path transform="rotate(${turn})" d="M0 0C-7 -5 -8 -14 0 -16C8 -14 7 -5 0 0Z" fill="${fill}"/>`,
      )
      .join('') + `<circle r="3.2" fill="${mix(fill, '#e8b93c', 0.75)}"/>`;
  const sprig = `<path d="M0 0C4 -8 12 -10 18 -9C14 -2 7 2 0 0Z" fill="${leafColor}"/><path d="M0 0C-2 -9 -9 -14 -16 -14C-14 -6 -7 0 0 0Z" fill="${leafColor}"/>`;
  const content = spread(random, size, 4)
    .map(([x, y], index) => {
      const turn = random.between(0, 360);
      const scale = random.between(0.65, 1.15);
      const shape = index % 3 === 2 ? sprig : sprig + petals(index % 2 ? accent : second);
      return wrapped(size, x, y, (atX, atY) => placed(shape, atX, atY, turn, scale));
    })
    .join('');
  return { width: size, height: size, content };
}

function camouflage(color: string, accent: string, random: Random): Tile {
  const size = 190;
  const shades = [
    lighten(color, -0.16),
    mix(color, accent, 0.55),
    lighten(color, 0.1),
    lighten(color, -0.28),
  ];
  const content = shades
    .map((shade) =>
      spread(random, size, 3)
        .map(([x, y]) => {
          const shape = `<path d="${curve(blob(random, random.between(14, 27), 9))}" fill="${shade}"/>`;
          const turn = random.between(-25, 25);
          return wrapped(size, x, y, (atX, atY) => placed(shape, atX, atY, turn, 1));
        })
        .join(''),
    )
    .join('');
  return { width: size, height: size, content };
}

function leopard(color: string, accent: string, random: Random): Tile {
  const size = 120;
  const dark = lightness(color) > 0.35 ? mix(accent, '#1d1712', 0.75) : accent;
  const inner = mix(color, dark, 0.35);
  const content = spread(random, size, 6)
    .map(([x, y]) => {
      const outline = curve(blob(random, 6, 6));
      const shape = `<path d="${outline}" fill="${inner}" stroke="${dark}" stroke-width="3.6" stroke-dasharray="${random.between(9, 14).toFixed(0)} 4"/>`;
      const turn = random.between(0, 360);
      return wrapped(size, x, y, (atX, atY) => placed(shape, atX, atY, turn, 1));
    })
    .join('');
  return { width: size, height: size, content };
}

const fairIsleRows = [
  'x...x...', '.x.x.x.x', '..x...x.', '........', 'xxxxxxxx', '........', '...x....', '..xxx...', '.xx.xx.x', 'xx...xxx',
  '.xx.xx.x', '..xxx...', '...x....', '........', 'xxxxxxxx', '........', '..x...x.', '.x.x.x.x', 'x...x...', '........',
  '........', '........', '........', '........',
]; // prettier-ignore

function fairIsle(color: string, accent: string): Tile {
  const cell = 6.5;
  const second = mix(accent, color, 0.45);
  const content = fairIsleRows
    .flatMap((row, y) =>
      Array.from(row).map((mark, x) =>
        mark === 'x'
          ? rect(x * cell, y * cell, cell + 0.2, cell + 0.2, y > 5 && y < 13 ? accent : second)
          : '',
      ),
    )
    .join('');
  return { width: cell * 8, height: cell * fairIsleRows.length, content };
}

function houndstooth(accent: string): Tile {
  const u = 6;
  const polygon = (...points: number[]): string =>
    `<polygon points="${points.map((value) => value * u).join(' ')}" fill="${accent}"/>`;
  const content =
    polygon(0, 0, 2, 0, 2, 2, 0, 2) +
    polygon(2, 0, 3, 0, 2, 1) +
    polygon(4, 0, 4, 1, 3, 2, 2, 2) +
    polygon(0, 2, 1, 2, 0, 3) +
    polygon(2, 2, 2, 3, 1, 4, 0, 4);
  return { width: 4 * u, height: 4 * u, content };
}

function argyle(color: string, accent: string): Tile {
  const [w, h] = [78, 116];
  const diamond = (x: number, fill: string): string =>
    `<path d="M${x} 0L${x + w / 2} ${h / 2}L${x} ${h}L${x - w / 2} ${h / 2}Z" fill="${fill}"/>`;
  const content =
    diamond(w / 2, accent) +
    `<g stroke-dasharray="5 3">${line(`M${-w / 2} 0L${w / 2} ${h}M${w / 2} 0L${w * 1.5} ${h}M${w / 2} 0L${-w / 2} ${h}M${w * 1.5} 0L${w / 2} ${h}`, lighten(color, lightness(color) > 0.5 ? -0.3 : 0.35), 1.6)}</g>`;
  return { width: w, height: h, content };
}

function check(color: string, accent: string): Tile {
  const size = 92;
  const dark = lighten(accent, -0.12);
  const light = mix(color, '#f6ecd2', 0.75);
  const bands = (band: (at: number, width: number, fill: string, opacity: number) => string): string =>
    band(10, 30, accent, 0.55) +
    band(46, 5, dark, 0.65) +
    band(56, 5, dark, 0.65) +
    band(76, 2.5, light, 0.75);
  const content =
    bands((at, width, fill, opacity) => rect(0, at, size, width, fill, opacity)) +
    bands((at, width, fill, opacity) => rect(at, 0, width, size, fill, opacity));
  return { width: size, height: size, content };
}

/** The tile of a pattern; null for a plain fabric. The random source only sets the positions of scattered motifs. */
export function patternTile(pattern: Pattern, color: string, accent: string, random: Random): Tile | null {
  switch (pattern) {
    case 'solid':
      return null;
    case 'stripe': {
      const [width, share] = random.pick([
        [30, 0.36],
        [44, 0.5],
        [22, 0.4],
      ] as const);
      return { width: 100, height: width, content: rect(0, 0, 100, width * share, accent) };
    }
    case 'pinstripe':
      return { width: 22, height: 60, content: rect(10, 0, 1.7, 60, accent, 0.85) };
    case 'check':
      return check(color, accent);
    case 'gingham':
      return {
        width: 24,
        height: 24,
        content: rect(0, 0, 24, 12, accent, 0.55) + rect(0, 0, 12, 24, accent, 0.55),
      };
    case 'windowpane':
      return {
        width: 62,
        height: 74,
        content: rect(0, 30, 62, 2, accent, 0.8) + rect(30, 0, 2, 74, accent, 0.8),
      };
    case 'polka dot': {
      const [size, radius] = random.pick([
        [34, 5.5],
        [46, 9],
        [24, 3.2],
      ] as const);
      const dot = (x: number, y: number): string =>
        `<circle cx="${x}" cy="${y}" r="${radius}" fill="${accent}"/>`;
      return {
        width: size,
        height: size,
        content: dot(size / 4, size / 4) + dot((size * 3) / 4, (size * 3) / 4),
      };
    }
    case 'floral':
      return floral(color, accent, random);
    case 'herringbone': {
      const marks = [-9, 0, 9, 18].map((y) => `M0 ${y + 9}L11 ${y}M11 ${y}L22 ${y + 9}`).join('');
      return { width: 22, height: 18, content: line(marks, accent, 2.6, 0.75) };
    }
    case 'houndstooth':
      return houndstooth(accent);
    case 'argyle':
      return argyle(color, accent);
    case 'camouflage':
      return camouflage(color, accent, random);
    case 'colorblock':
      return { width: 4000, height: 4000, content: rect(0, 2000, 4000, 2000, accent) };
    case 'leopard':
      return leopard(color, accent, random);
    case 'fair isle':
      return fairIsle(color, accent);
  }
}
