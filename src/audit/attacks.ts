import type { OpenEncoder } from '../vision/encoder.js';
import type { Measure } from './measures.js';
import type { Figure } from './sticker.js';

/**
 * What the attacker wants: that a shopper's picture is answered with a product of their choice (`target`), that it is not
 * answered with its own product (`away`), that their product is shown for pictures of another type (`promote`), that
 * copies of it fill a page (`crowd`), that `look` does not find the garment (`hide`), or that it finds one where there is
 * none (`invent`). `none`: nothing is optimized.
 */
export const GOALS = ['target', 'away', 'promote', 'crowd', 'hide', 'invent', 'none'] as const;
export type Goal = (typeof GOALS)[number];

export type Means =
  | { readonly kind: 'patch'; readonly area: number }
  /** How far each channel of each pixel may move, of 255. */
  | { readonly kind: 'noise'; readonly levels: number }
  | { readonly kind: 'sticker'; readonly figure: Figure; readonly area: number }
  | { readonly kind: 'copies'; readonly count: number };

/** Those for which passes are spent on a better picture. */
export type OptimizedMeans = Extract<Means, { readonly kind: 'patch' | 'noise' }>;

export interface Attack {
  /** Its name in reports and state files. */
  readonly id: string;
  readonly goal: Goal;
  readonly means: Means;
  /** Whether the attacker also sees ImageTrust, and prefers pictures that have no `reason`. */
  readonly evades?: boolean;
}

const PATCH_AREAS = [0.02, 0.05, 0.1] as const;
const NOISE_LEVELS = [4, 8] as const;
const STICKER_AREA = 0.05;
/** As many as a page has places. */
const COPIES = 10;

const patch = (goal: Goal, area: number): Attack => ({
  id: `patch-${goal}-${Math.round(100 * area)}`,
  goal,
  means: { kind: 'patch', area },
});
const noise = (goal: Goal, levels: number): Attack => ({
  id: `noise-${goal}-${levels}`,
  goal,
  means: { kind: 'noise', levels },
});
const evading = (attack: Attack): Attack => ({ ...attack, id: `${attack.id}-evading`, evades: true });
const sticker = (figure: Figure): Attack => ({
  id: `sticker-${figure}`,
  goal: 'none',
  means: { kind: 'sticker', figure, area: STICKER_AREA },
});

/** All attacks on a picture, the order of the report. */
export const ATTACKS: readonly Attack[] = [
  ...PATCH_AREAS.map((area) => patch('target', area)),
  evading(patch('target', 0.1)),
  ...PATCH_AREAS.map((area) => patch('away', area)),
  ...NOISE_LEVELS.map((levels) => noise('target', levels)),
  evading(noise('target', 8)),
  ...NOISE_LEVELS.map((levels) => noise('away', levels)),
  sticker('square'),
  sticker('logo'),
  sticker('word'),
  patch('promote', 0.05),
  noise('promote', 8),
  { id: 'near-copies', goal: 'crowd', means: { kind: 'copies', count: COPIES } },
  patch('hide', 0.05),
  patch('hide', 0.1),
  noise('hide', 8),
  patch('invent', 0.05),
];

/** The attacks on an encoder: nobody evades what it does not say. */
export const attacksOn = ({ trustOf }: Pick<OpenEncoder, 'trustOf'>): readonly Attack[] =>
  trustOf === undefined ? ATTACKS.filter(({ evades }) => evades !== true) : ATTACKS;

/** Whether it spends passes of the encoder on a better picture. */
export const isOptimized = <Some extends Pick<Attack, 'means'>>(
  attack: Some,
): attack is Some & { readonly means: OptimizedMeans } =>
  attack.means.kind === 'patch' || attack.means.kind === 'noise';

/** What the attacker wants to reach, of what is measured. */
export function mainMeasure({ goal }: Pick<Attack, 'goal'>): Measure {
  switch (goal) {
    case 'target':
      return 'target';
    case 'promote':
      return 'entered';
    case 'crowd':
      return 'crowded';
    case 'hide':
      return 'hidden';
    case 'invent':
      return 'invented';
    case 'away':
    case 'none':
      return 'lost';
  }
}
