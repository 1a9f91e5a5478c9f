import { mainMeasure } from './attacks.js';
import type { AttackReport } from './report.js';
import type { Measure } from './measures.js';
import type { Share } from './wilson.js';

/** The headings of columns. */
export const MEASURED: Readonly<Record<Measure, string>> = {
  target: 'target in top 10',
  lost: 'own product lost',
  flipped: 'type flipped',
  sameProduct: 'wrong SAME_PRODUCT',
  entered: 'entered a page',
  crowded: 'half of a page',
  hidden: 'region hidden',
  invented: 'region invented',
};

export const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** `50% (31–69)`: the share, and its 95% confidence interval. */
export const shareText = ({ share, low, high }: Share): string =>
  `${percent(share)} (${Math.round(100 * low)}–${Math.round(100 * high)})`;

const AIMS: Readonly<Record<AttackReport['goal'], string>> = {
  target: ', aimed',
  away: ', away',
  promote: ', catalog side',
  crowd: '',
  hide: ', hides a region',
  invent: ', invents a region',
  none: '',
};

/** A name for tables and headings. */
export function titleOf({
  goal,
  kind,
  size,
  id,
  evades,
}: Pick<AttackReport, 'goal' | 'kind' | 'size' | 'id' | 'evades'>): string {
  const aim = `${AIMS[goal]}${evades ? ', evading' : ''}`;
  switch (kind) {
    case 'patch':
      return `patch ${percent(size)}${aim}`;
    case 'noise':
      return `noise ${size}/255${aim}`;
    case 'sticker':
      return { square: 'flat square', logo: 'logo', word: 'printed word' }[id.slice('sticker-'.length)] ?? id;
    case 'copies':
      return `${size} near-copies`;
  }
}

const APPEARANCE = {
  patch: (size: number) => `sticks a square with ${percent(size)} of a picture's area on it`,
  noise: (size: number) => `changes each pixel by at most ${size} of 255 shades, which is hardly visible,`,
} as const;

/** One sentence for everyone: what an attacker could do, and how often it worked. */
export function sentenceOf(attack: AttackReport): string {
  return `${succeeds(attack)}${noticed(attack)}`;
}

function succeeds(attack: AttackReport): string {
  const { goal, kind, size, result, evades } = attack;
  const how =
    kind === 'patch' || kind === 'noise'
      ? `${evades ? 'sees that a picture is noticed, tries not to be, and ' : ''}${APPEARANCE[kind](size)}`
      : '';
  switch (goal) {
    case 'target':
      return `Someone who ${how} can have a product of another type of their choice shown among the first ten: ${often(result.target)}.`;
    case 'away':
      return `Someone who ${how} can keep the product in the picture from being found among the first ten: ${often(result.lost)}.`;
    case 'promote':
      return `A seller who ${how} in the picture of their own product can have it shown among products of another type: ${often(result.entered)}.`;
    case 'crowd':
      return `A seller who lists ${size} slightly altered copies of one picture can take half of the first ten places beside a similar product: ${often(result.crowded)}${attack.meanPlaces === undefined ? '' : `; on average, the copies take ${attack.meanPlaces.toFixed(1)} places`}.`;
    case 'hide':
      return `Someone who ${how} can keep the largest thing in the picture from being found by itself: ${often(result.hidden)}. Frames show what is found.`;
    case 'invent':
      return `Someone who ${how} can have something found where nothing was: ${often(result.invented)}. Frames show what is found.`;
    case 'none':
      return `${titleOf(attack)[0]?.toUpperCase() ?? ''}${titleOf(attack).slice(1)}, put anywhere on a picture without any search, keeps its product from being found: ${often(result.lost)}; it changes the type that is recognized: ${often(result.flipped)}.`;
  }
}

/** What the gateway makes of it: ImageTrust, and consensus or quarantine. */
function noticed(attack: AttackReport): string {
  const { flagged, defended, goal } = attack;
  if (flagged === undefined) return '';
  const defense =
    goal === 'promote'
      ? 'As those go into quarantine, it works for'
      : 'As those are searched for by consensus, it works for';
  return ` Noticed: ${often(flagged)}. ${defense} ${often(defended?.[mainMeasure(attack)])}.`;
}

/** Says what the product beside an attacked picture is. */
export function captionOf(goal: AttackReport['goal'], succeeded: boolean): string {
  if (goal === 'promote') return succeeded ? 'Now shown beside' : 'Not shown beside';
  return succeeded ? 'Taken for' : 'The nearest other product';
}

const often = (share: Share | undefined): string =>
  share === undefined
    ? 'not measured'
    : `${share.hits} of ${share.of} tries (likely between ${percent(share.low)} and ${percent(share.high)})`;
