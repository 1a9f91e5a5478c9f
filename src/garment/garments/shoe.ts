import type { Atelier, Cloth, Line, Piece } from '../garment.js';
import { curve, type Node, type Point } from '../geometry.js';

/** Moves a shoe's nodes to its place in the pair. */
export type Place = (nodes: readonly Node[]) => Node[];
export const placeAt =
  (dx: number, dy: number, scale = 1, rise = scale): Place =>
  (nodes) =>
    nodes.map(([x, y, kind]): Node =>
      kind ? [x * scale + dx, y * rise + dy, kind] : [x * scale + dx, y * rise + dy],
    );
export const pointAt = (place: Place, point: Point): Point => {
  const [moved] = place([point]);
  return moved ? [moved[0], moved[1]] : point;
};

export const rubber = (atelier: Atelier, color: string): Cloth => ({
  ...atelier.plain,
  color,
  material: 'canvas',
  weave: { width: 9, height: 9, content: '' },
});
export const stitches = (place: Place, nodes: readonly Node[], color?: string): Line => ({
  d: curve(place(nodes), false),
  kind: 'stitch',
  width: 1.1,
  ...(color ? { color } : {}),
});
export const seam = (place: Place, nodes: readonly Node[]): Line => ({
  d: curve(place(nodes), false),
  kind: 'seam',
});

/** A pair lying on its side, one above the other. */
export function pair(one: (place: Place) => Piece[], gap: number, rise = 1): Piece[] {
  return [...one(placeAt(18, 0, 1, rise)), ...one(placeAt(-18, gap, 1, rise))];
}
