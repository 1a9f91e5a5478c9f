import type { OpenBoardQuery } from '../generated/graphql.js';
import { joined, t, translated } from '../texts/texts.js';

type Brief = NonNullable<NonNullable<OpenBoardQuery['board']>['brief']>;
type Word = Brief['words'][number];

/** What fewer pins have is not what a board is like. */
const SOME = 0.35;
/** What more have is what it is mostly like, if not all of them have it. */
const MOSTLY = 0.6;

/** A board in words: "T-shirts, mostly burgundy, linen, minimal or vintage". */
export function briefText(words: readonly Word[]): string {
  const of = (...kinds: Word['kind'][]): Word[] => words.filter(({ kind }) => kinds.includes(kind));
  const often = (...kinds: Word['kind'][]): string[] =>
    of(...kinds)
      .filter(({ share }) => share >= SOME)
      .map(({ word }) => translated(word));
  const categories = often('CATEGORY');
  // Some kind of thing they are, even if each is another one.
  const things = categories.length > 0 ? categories : of('CATEGORY').map(({ word }) => translated(word));
  const colors = often('COLOR');
  const [first] = of('COLOR');
  const isMostly = first !== undefined && first.share >= MOSTLY && first.share < 1;
  const text = [
    joined(things, 'conjunction'),
    isMostly ? t.value.mostly(translated(first.word)) : joined(colors, 'conjunction'),
    joined(often('PATTERN'), 'disjunction'),
    joined(often('MATERIAL'), 'disjunction'),
    joined(often('STYLE', 'ERA'), 'disjunction'),
  ]
    .filter((part) => part !== '')
    .join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
