import { lighten } from '../color.js';
import type { Cloth, Line, Piece } from '../garment.js';
import { curve, jitter, type Node, type Point } from '../geometry.js';
import type { Random } from '../../platform/random.js';

/** A sewn button with four holes. */
export function button([x, y]: Point, radius: number, color: string): string {
  const hole = (dx: number, dy: number): string =>
    `<circle cx="${x + dx * radius * 0.3}" cy="${y + dy * radius * 0.3}" r="${radius * 0.13}" fill="#1a1714" fill-opacity="0.75"/>`;
  return (
    `<circle cx="${x + radius * 0.2}" cy="${y + radius * 0.35}" r="${radius * 1.08}" fill="#000" fill-opacity="0.3"/>` +
    `<circle cx="${x}" cy="${y}" r="${radius}" fill="${color}"/>` +
    `<circle cx="${x}" cy="${y}" r="${radius * 0.93}" fill="none" stroke="${lighten(color, 0.16)}" stroke-width="${radius * 0.16}"/>` +
    `<circle cx="${x}" cy="${y}" r="${radius * 0.68}" fill="${lighten(color, -0.05)}" stroke="#000" stroke-opacity="0.28" stroke-width="${radius * 0.1}"/>` +
    hole(-1, -1) +
    hole(1, -1) +
    hole(-1, 1) +
    hole(1, 1)
  );
}

/** A metal stud, snap, or rivet. */
export function stud([x, y]: Point, radius: number, color = '#a9a59b'): string {
  return (
    `<circle cx="${x + radius * 0.2}" cy="${y + radius * 0.35}" r="${radius * 1.1}" fill="#000" fill-opacity="0.35"/>` +
    `<circle cx="${x}" cy="${y}" r="${radius}" fill="${color}"/>` +
    `<circle cx="${x}" cy="${y}" r="${radius * 0.62}" fill="${lighten(color, -0.1)}"/>` +
    `<circle cx="${x - radius * 0.3}" cy="${y - radius * 0.32}" r="${radius * 0.3}" fill="#fff" fill-opacity="0.65"/>`
  );
}

/** A zipper from one point down to another, with its slider at the top. */
export function zip([x1, y1]: Point, [x2, y2]: Point, metal = '#b9b6ae'): string {
  const d = `M${x1} ${y1}L${x2} ${y2}`;
  const path = (color: string, width: number, more = ''): string =>
    `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}"${more}/>`;
  return (
    path('#111', 11, ' stroke-opacity="0.35"') +
    path('#2a2a2c', 7.5) +
    path(metal, 5, ' stroke-dasharray="2 1.7"') +
    path('#000', 0.8, ' stroke-opacity="0.6"') +
    `<rect x="${x1 - 4.5}" y="${y1}" width="9" height="13" rx="3" fill="${metal}" stroke="#000" stroke-opacity="0.35"/>` +
    `<rect x="${x1 - 3}" y="${y1 + 12}" width="6" height="19" rx="2.500" fill="${lighten(metal, -0.08)}" stroke="#000" stroke-opacity="0.35"/>`
  );
}

/** A cord with a tipped end. */
export function cord(d: string, color: string, width = 6): string {
  const path = (stroke: string, thick: number, more = ''): string =>
    `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${thick}" stroke-linecap="round"${more}/>`;
  return (
    path('#000', width, ' stroke-opacity="0.28" transform="translate(2.5 4)"') +
    path(lighten(color, -0.14), width) +
    path(color, width * 0.72) +
    path(
      '#fff',
      width * 0.3,
      ' stroke-opacity="0.25" stroke-dasharray="2.500 3" transform="translate(-0.8 -0.6)"',
    )
  );
}

/** Evenly spaced points between two points. */
export function row([x1, y1]: Point, [x2, y2]: Point, count: number): Point[] {
  return Array.from({ length: count }, (_, index): Point => {
    const t = count === 1 ? 0 : index / (count - 1);
    return [x1 + (x2 - x1) * t, y1 + (y2 - y1) * t];
  });
}

/** A patch pocket whose top middle is at the point; `tip` makes its bottom pointed. */
export function patchPocket(
  [x, y]: Point,
  width: number,
  height: number,
  cloth: Cloth,
  random: Random,
  tip = 0,
  thread?: string,
): Piece {
  const half = width / 2;
  const shape = (inset: number): Node[] => [
    [x - half + inset, y + inset * 0.4],
    [x + half - inset, y + inset * 0.4],
    [x + half - inset - 2, y + height - tip - inset],
    ...(tip ? [[x, y + height - inset * 1.2] as Node] : []),
    [x - half + inset + 2, y + height - tip - inset],
  ];
  const stitch: Line = { d: curve(shape(4)), kind: 'stitch', width: 1, ...(thread ? { color: thread } : {}) };
  const lip: Line = {
    d: curve(
      [
        [x - half, y + 13],
        [x + half, y + 13],
      ],
      false,
    ),
    kind: 'stitch',
    width: 1,
    ...(thread ? { color: thread } : {}),
  };
  return {
    outline: curve(jitter(shape(0), random, 1)),
    cloth,
    lines: [stitch, lip],
    lift: 0.22,
    roundness: 0.5,
  };
}

/** A pocket flap whose top middle is at the point. */
export function flap(
  [x, y]: Point,
  width: number,
  height: number,
  cloth: Cloth,
  random: Random,
  tip = 0,
  thread?: string,
): Piece {
  const half = width / 2;
  const shape = (inset: number): Node[] => [
    [x - half + inset, y + inset],
    [x + half - inset, y + inset],
    [x + half - inset, y + height - tip - inset],
    ...(tip ? [[x, y + height - inset * 1.2] as Node] : []),
    [x - half + inset, y + height - tip - inset],
  ];
  return {
    outline: curve(jitter(shape(0), random, 0.8)),
    cloth,
    lines: [{ d: curve(shape(3.5)), kind: 'stitch', width: 1, ...(thread ? { color: thread } : {}) }],
    lift: 0.32,
    roundness: 0.5,
  };
}
