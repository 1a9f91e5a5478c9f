import type { Body } from './body.js';
import { boxOf, lengthOf, type Line } from './geometry.js';
import { round } from './materials.js';
import type { Piece } from './piece.js';
import type { TechPackSize } from './schema.js';

/** Measures of the finished garment, read from its pieces. */
export function measuresOf(pieces: readonly Piece[], body: Body): TechPackSize['measures'] {
  const line = (piece: string, edge: string): Line | undefined =>
    pieces.find(({ id }) => id === piece)?.edges.find(({ id }) => id === edge)?.line;
  const list: TechPackSize['measures'] = [];
  const add = (name: string, value: number | undefined, on?: number): void => {
    if (value !== undefined)
      list.push({ name, value: round(value), ease: on === undefined ? null : round(value - on) });
  };
  /** The waist of half a bodice, without its darts. */
  const seamed = (piece: string): number =>
    pieces
      .find(({ id }) => id === piece)
      ?.edges.filter(({ id }) => /^waist(-\d+)?$/.test(id))
      .reduce((sum, edge) => sum + lengthOf(edge.line), 0) ?? 0;
  const reach = (piece: string): number | undefined => line(piece, 'armhole')?.at(-1)?.[0];
  const [front, back] = [reach('front'), reach('back')];
  if (front !== undefined && back !== undefined) add('bust girth', 2 * (front + back), body.bust);
  const shoulder = line('front', 'shoulder') ?? line('frontYoke', 'shoulder');
  if (shoulder) add('shoulder', lengthOf(shoulder));
  const neck = line('back', 'neck') ?? line('backYoke', 'neck');
  const hem = line('back', 'hem');
  if (neck?.[0] && hem?.[0]) add('back length', Math.max(...hem.map(([, y]) => y)) - neck[0][1]);
  const [cap, cuff] = [line('sleeve', 'cap'), line('sleeve', 'hem')];
  if (cap && cuff) {
    const box = boxOf(cap);
    add('sleeve length', boxOf([...cap, ...cuff]).height);
    add('upper arm', box.width, body.upperArm);
    add('sleeve end', lengthOf(cuff));
  }
  const band = pieces
    .find(({ id }) => id === 'waistband')
    ?.edges.filter(({ id }) => /^(left|right)(Front|Back)$/.test(id));
  if (band?.length)
    add(
      'waist',
      band.reduce((sum, edge) => sum + lengthOf(edge.line), 0),
    );
  // The front of a wrap overlaps as it is tied, and that of a placket as it is buttoned.
  if (line('skirtBack', 'hem') && line('front', 'fold'))
    add('waist', 2 * (seamed('front') + seamed('back')), body.waist);
  const [inseam, legHem, leg] = [line('front', 'inseam'), line('front', 'hem'), line('back', 'hem')];
  if (inseam && legHem && leg) {
    add('inseam', lengthOf(inseam));
    add('leg at hem', lengthOf(legHem) + lengthOf(leg));
  }
  const skirt = line('skirtBack', 'side');
  if (skirt) add('skirt length at side', lengthOf(skirt));
  const sweep = [line('skirtFront', 'hem'), line('skirtBack', 'hem')];
  if (sweep[0] && sweep[1]) add('hem sweep', 2 * (lengthOf(sweep[0]) + lengthOf(sweep[1])));
  return list;
}
