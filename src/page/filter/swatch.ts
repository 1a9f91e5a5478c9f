import type { Filters } from '../place.js';

/** Colors as clothes have them: those of CSS are too loud, and it does not know all names. */
const NAMED: Readonly<Record<string, string>> = {
  beige: '#e0d2b8',
  black: '#1d1c1b',
  blue: '#3a5fa8',
  blush: '#e8c4bd',
  brown: '#6f4a33',
  burgundy: '#6d1f31',
  camel: '#c19a6b',
  charcoal: '#3f4245',
  cognac: '#8f4a26',
  coral: '#ef7d66',
  cream: '#f3ead7',
  denim: '#4a6a94',
  ecru: '#e9dfc7',
  emerald: '#1f7a53',
  'forest green': '#2f4f3a',
  fuchsia: '#c2338c',
  gray: '#8f8f8d',
  green: '#3f7d4e',
  'light blue': '#9cc3e0',
  lilac: '#b9a1d0',
  mint: '#a8d8c0',
  mustard: '#c99a2b',
  navy: '#22304f',
  ochre: '#c07f2c',
  olive: '#6b6f3a',
  orange: '#e0762f',
  pink: '#eeb0c2',
  purple: '#6d4a8c',
  red: '#c02f33',
  rose: '#dfa0a6',
  rust: '#a34a28',
  sage: '#9caf88',
  sand: '#d8c6a5',
  'sky blue': '#8fbfe0',
  stone: '#b8b2a7',
  terracotta: '#bf5f43',
  turquoise: '#2fb0a6',
  'washed blue': '#8ba6c1',
  white: '#ffffff',
  yellow: '#e8c53a',
};

/** The name of a color among words, as the shop would write it; null: there is none. */
export function colorIn(words: string): string | null {
  const text = ` ${spelled(words)} `;
  const names = Object.keys(NAMED).filter((name) => name !== MATERIAL && text.includes(` ${name} `));
  return names.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** What is made of it has the color anyway. */
const MATERIAL = 'denim';

/** Whether what a shop calls a color, such as "red/white", is that color, or a shade of it. */
export const isColor = (value: string, color: string): boolean => spelled(value).includes(color);

const spelled = (text: string): string => text.toLowerCase().replaceAll('grey', 'gray');

/** Not what all objects have: "constructor" is no color. */
const codeOf = (name: string): string | undefined => (Object.hasOwn(NAMED, name) ? NAMED[name] : undefined);

/** The codes of the colors that are chosen, as far as they are known by name; of a value like "red/white", the main one. */
export function chosenColors({ options, attributes }: Pick<Filters, 'options' | 'attributes'>): string[] {
  const values = [...(options['color'] ?? []), ...(attributes['color'] ?? [])];
  const names = values.map((value) => value.toLowerCase().split('/')[0]?.trim() ?? '');
  return [...new Set(names.flatMap((name) => codeOf(name) ?? []))].slice(0, MAX_COLORS);
}

/** As many as a query takes. */
const MAX_COLORS = 4;

/** What a shop calls a color may be anything. `background` would also take a url(), which calls a host. */
const CSS_NAME = /^[a-z]+$/;

const cssName = (name: string): string => (CSS_NAME.test(name) ? name : 'transparent');

/** A color to show beside the name of one; two of a value like "red/white" share the swatch. */
export function swatchOf(value: string): string {
  const colors = value
    .toLowerCase()
    .split('/')
    .map((name) => codeOf(name) ?? cssName(name.replaceAll(' ', '')));
  const [first = 'transparent', second] = colors;
  return second === undefined ? first : `linear-gradient(135deg, ${first} 50%, ${second} 50%)`;
}
