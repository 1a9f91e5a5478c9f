import { fold } from '../../graph/text.js';

/** Names by which shops call the two options that have a meaning here: pictures show colors, and sizes have an order. */
const SAME: ReadonlyMap<string, string> = new Map([
  ...[
    ...[
      'colour',
      'colors',
      'colour name',
      'color name',
      'farbe',
      'couleur',
      'colore',
      'cor',
      'kleur',
      'kolor',
      'färg',
    ],
    ...['farve', 'farge', 'väri', 'barva', 'farba', 'szín', 'culoare', 'renk', 'χρώμα', 'цвет', 'колір'],
  ].map((name) => [name, 'color'] as const),
  ...[
    ...[
      'sizes',
      'größe',
      'groesse',
      'taille',
      'talla',
      'talle',
      'taglia',
      'tamanho',
      'maat',
      'rozmiar',
      'storlek',
    ],
    ...[
      'størrelse',
      'koko',
      'velikost',
      'veľkosť',
      'méret',
      'mărime',
      'marime',
      'beden',
      'μέγεθος',
      'размер',
      'розмір',
    ],
  ].map((name) => [name, 'size'] as const),
]);

/** Options have short names; a longer one is a sentence. */
const MAX_LENGTH = 60;

/** The name of an option: in lowercase, and "color" and "size" in the languages of shops. */
export function optionName(name: string): string {
  const folded = fold(name.trim().replaceAll('_', ' ')).slice(0, MAX_LENGTH);
  return SAME.get(folded) ?? folded;
}
