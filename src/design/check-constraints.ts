import { garmentTypes, type GarmentType, patterns, vocabulary } from '../garment/design.js';
import { materialsOf } from '../garment/materials.js';
import { EntryErrors, userError } from '../mutation/entry-error.js';
import type { DesignConstraintsInput } from './design.types.js';
import { openSpace } from './local/space.js';
import type { Wanted } from './order.js';

const MAX_COLORS = 8;
const COLOR = /^#[0-9a-f]{6}$/;

type Words = Exclude<keyof Wanted, 'colors' | 'types'>;

const optionsOf = (aspect: 'silhouette' | 'sleeve' | 'neckline' | 'length'): readonly string[] => [
  ...new Set(Object.values(vocabulary).flatMap((words) => words[aspect] ?? [])),
];

const ALLOWED: Readonly<Record<Words, readonly string[]>> = {
  materials: [...new Set(Object.values(materialsOf).flat())],
  patterns,
  silhouettes: optionsOf('silhouette'),
  sleeves: optionsOf('sleeve'),
  necklines: optionsOf('neckline'),
  lengths: optionsOf('length'),
};

/** What garments must be like. @throws EntryErrors BAD_USER_INPUT, for everything that is wrong */
export function checkConstraints(input: DesignConstraintsInput): Wanted {
  const errors = [];
  const words = (name: Words): readonly string[] => {
    const values = input[name] ?? [];
    const unknown = values.filter((value) => !ALLOWED[name].includes(value));
    if (unknown.length > 0) errors.push(unknownWords(name, unknown, ALLOWED[name]));
    return values;
  };
  const types = (input.types ?? []).flatMap((name): GarmentType[] => {
    const type = garmentTypes.find((known) => known === name);
    if (type === undefined) errors.push(unknownWords('types', [name], garmentTypes));
    return type === undefined ? [] : [type];
  });
  const colors = [...new Set((input.colors ?? []).map((color) => color.toLowerCase()))];
  if (colors.length > MAX_COLORS || colors.some((color) => !COLOR.test(color))) {
    errors.push(
      userError(
        'BAD_USER_INPUT',
        ['constraints', 'colors'],
        `colors has at most ${MAX_COLORS} colors, each written as "#rrggbb".`,
      ),
    );
  }
  const wanted: Wanted = {
    types,
    colors,
    materials: words('materials'),
    patterns: words('patterns'),
    silhouettes: words('silhouettes'),
    sleeves: words('sleeves'),
    necklines: words('necklines'),
    lengths: words('lengths'),
  };
  if (errors.length === 0 && openSpace(wanted) === null) {
    errors.push(
      userError(
        'BAD_USER_INPUT',
        ['constraints'],
        'No kind of garment can have all of this: leave out a list, or allow more in it. With one color, a fabric has no pattern.',
      ),
    );
  }
  if (errors.length > 0) throw new EntryErrors(errors);
  return wanted;
}

const unknownWords = (name: string, unknown: readonly string[], allowed: readonly string[]) =>
  userError(
    'BAD_USER_INPUT',
    ['constraints', name],
    `${name} has ${unknown.map((word) => JSON.stringify(word.slice(0, 40))).join(', ')}: choose from ${allowed.join(', ')}.`,
  );
