import { fold } from '../../graph/text.js';

/** Without accents, which capitals of Greek lack. */
const keyOf = (folded: string): string => folded.normalize('NFD').replace(/\p{M}+/gu, '');

/** Names by which shops call the two options that have a meaning here: pictures show colors, and sizes have an order. */
const SAME: ReadonlyMap<string, string> = new Map([
  ...[
    'colour name',
    'color name',
    ...'colour colors farbe couleur colore cor kleur kolor färg farve farge väri barva farba szín'.split(' '),
    ...'culoare renk χρώμα цвет колір'.split(' '),
  ].map((name) => [keyOf(fold(name)), 'color'] as const),
  ...[
    ...'sizes größe groesse taille talla talle taglia tamanho maat rozmiar storlek størrelse koko'.split(' '),
    ...'velikost veľkosť méret mărime beden μέγεθος размер розмір'.split(' '),
  ].map((name) => [keyOf(fold(name)), 'size'] as const),
]);

/** Options have short names; a longer one is a sentence. */
const MAX_LENGTH = 60;

/** The name of an option: in lowercase, and "color" and "size" in the languages of shops. */
export function optionName(name: string): string {
  const folded = fold(name.trim().replaceAll('_', ' ')).slice(0, MAX_LENGTH);
  return SAME.get(keyOf(folded)) ?? folded;
}
