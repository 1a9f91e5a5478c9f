import { LabelKind } from '../identify/label.types.js';

/** The share of pins that have each word, from 0 to 1, by kind. */
export type Shares = ReadonlyMap<LabelKind, ReadonlyMap<string, number>>;

/** What fewer pins have in common is chance. */
const MIN_SHARE = 0.2;
/** Maximum words of a kind; generators lose track of more. */
const MAX_WORDS = 3;
/** From these shares on. */
const MOSTLY = 0.6;
const SOME = 0.35;

/** What a brief tells, in its order. */
export const KINDS = [
  LabelKind.CATEGORY,
  LabelKind.STYLE,
  LabelKind.ERA,
  LabelKind.COLOR,
  LabelKind.MATERIAL,
  LabelKind.PATTERN,
] as const;

interface Word {
  readonly value: string;
  readonly share: number;
}

/** The words of a kind that many pins have, most frequent first. */
export function sharedWords(shares: Shares, kind: LabelKind, least = MIN_SHARE): Word[] {
  return [...(shares.get(kind) ?? [])]
    .map(([value, share]) => ({ value, share }))
    .filter(({ share }) => share >= least)
    .sort((a, b) => b.share - a.share || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_WORDS);
}

/** The prompt for what pins share. Generators weigh the first words most, so the most frequent ones come first. */
export function writePrompt(shares: Shares, palette: readonly string[]): string {
  const garments = weighted(sharedWords(shares, LabelKind.CATEGORY));
  if (garments === '')
    return palette.length === 0 ? '' : `Fashion photograph, clothing. Colors: ${palette.join(', ')}.`;
  const sentence = (label: string, kind: LabelKind): string => {
    const words = weighted(sharedWords(shares, kind));
    return words === '' ? '' : `${label}: ${words}.`;
  };
  const colors = [weighted(sharedWords(shares, LabelKind.COLOR)), palette.join(', ')].filter(
    (text) => text !== '',
  );
  return [
    `Fashion photograph of ${garments}.`,
    sentence('Style', LabelKind.STYLE),
    sentence('Era', LabelKind.ERA),
    colors.length === 0 ? '' : `Colors: ${colors.join('; ')}.`,
    sentence('Materials', LabelKind.MATERIAL),
    sentence('Patterns', LabelKind.PATTERN),
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/**
 * Words that negative pins share and liked ones share less; never a word of the prompt, which would cancel it out.
 */
export function writeNegativePrompt(disliked: Shares, liked: Shares): string {
  return KINDS.flatMap((kind) => {
    const said = new Set(sharedWords(liked, kind).map(({ value }) => value));
    return sharedWords(disliked, kind).filter(
      ({ value, share }) => !said.has(value) && share > (liked.get(kind)?.get(value) ?? 0),
    );
  })
    .map(({ value }) => value)
    .join(', ');
}

/** "mostly dresses, some skirts, a touch of coats" */
function weighted(words: readonly Word[]): string {
  return words
    .map(({ value, share }) => {
      if (share >= MOSTLY) return words.length === 1 ? value : `mostly ${value}`;
      return share >= SOME ? `some ${value}` : `a touch of ${value}`;
    })
    .join(', ');
}
