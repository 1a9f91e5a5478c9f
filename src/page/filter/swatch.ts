/** Names of colors in catalogs that CSS does not know. */
const NAMED: Readonly<Record<string, string>> = {
  black: '#1d1c1b',
  blush: '#e8c4bd',
  burgundy: '#6d1f31',
  camel: '#c19a6b',
  charcoal: '#3f4245',
  cream: '#f3ead7',
  denim: '#4a6a94',
  ecru: '#e9dfc7',
  emerald: '#1f7a53',
  lilac: '#b9a1d0',
  mustard: '#c99a2b',
  navy: '#22304f',
  ochre: '#c07f2c',
  olive: '#6b6f3a',
  rust: '#a34a28',
  sage: '#9caf88',
  sand: '#d8c6a5',
  'sky blue': '#8fbfe0',
  stone: '#b8b2a7',
  terracotta: '#bf5f43',
  white: '#fff',
};

/** A color to show beside the name of one; two of a value like "red/white" share the swatch. */
export function swatchOf(value: string): string {
  const colors = value
    .toLowerCase()
    .split('/')
    .map((name) => NAMED[name] ?? name.replaceAll(' ', ''));
  const [first = 'transparent', second] = colors;
  return second === undefined ? first : `linear-gradient(135deg, ${first} 50%, ${second} 50%)`;
}
