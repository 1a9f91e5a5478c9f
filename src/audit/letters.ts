/** Seven rows of five dots for each letter: for each row a digit in base 32, whose highest bit is on the left. */
const ROWS: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhe',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hpljhhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllrh',
  X: 'hha4ahh',
  Y: 'hha4444',
  Z: 'v1248gv',
  '-': '000e000',
};
const COLUMNS = 5;
const LINES = 7;

/** A word as dots, with a margin of a dot around it and a gap of one between letters. */
export interface Dots {
  readonly width: number;
  readonly height: number;
  readonly isInk: (x: number, y: number) => boolean;
}

/**
 * Letters drawn without a font: servers often have none, and the gateway's image library does not read SVG. Null when
 * the word has no letter from A to Z.
 */
export function dotsOf(word: string): Dots | null {
  const letters = Array.from(word.toUpperCase()).flatMap((letter) => ROWS[letter] ?? []);
  if (!letters.some((rows) => rows !== ROWS['-'])) return null;
  return {
    width: letters.length * (COLUMNS + 1) + 1,
    height: LINES + 2,
    isInk(x, y) {
      const [letter, column] = [Math.floor((x - 1) / (COLUMNS + 1)), (x - 1) % (COLUMNS + 1)];
      if (x < 1 || y < 1 || y > LINES || column >= COLUMNS) return false;
      const row = parseInt(letters[letter]?.[y - 1] ?? '0', 32);
      return ((row >> (COLUMNS - 1 - column)) & 1) === 1;
    },
  };
}
