import type { Measure } from './measures.js';
import type { Figure } from './sticker.js';

/**
 * What the attacker wants: that a shopper's picture is answered with a product of their choice (`target`), that it is not
 * answered with its own product (`away`), that their product is shown for pictures of another type (`promote`), or that
 * copies of it fill a page (`crowd`). `none`: nothing is optimized.
 */
export type Goal = 'target' | 'away' | 'promote' | 'crowd' | 'none';

export type Means =
  | { readonly kind: 'patch'; readonly area: number }
  /** How far each channel of each pixel may move, of 255. */
  | { readonly kind: 'noise'; readonly levels: number }
  | { readonly kind: 'sticker'; readonly figure: Figure; readonly area: number }
  | { readonly kind: 'copies'; readonly count: number };

export interface Attack {
  /** Its name in reports and state files. */
  readonly id: string;
  readonly goal: Goal;
  readonly means: Means;
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
const sticker = (figure: Figure): Attack => ({
  id: `sticker-${figure}`,
  goal: 'none',
  means: { kind: 'sticker', figure, area: STICKER_AREA },
});

/** All attacks on a picture, the order of the report. */
export const ATTACKS: readonly Attack[] = [
  ...PATCH_AREAS.map((area) => patch('target', area)),
  ...PATCH_AREAS.map((area) => patch('away', area)),
  ...NOISE_LEVELS.map((levels) => noise('target', levels)),
  ...NOISE_LEVELS.map((levels) => noise('away', levels)),
  sticker('square'),
  sticker('logo'),
  sticker('word'),
  patch('promote', 0.05),
  noise('promote', 8),
  { id: 'near-copies', goal: 'crowd', means: { kind: 'copies', count: COPIES } },
];

/** Whether it spends passes of the encoder on a better picture. */
export const isOptimized = ({ means }: Attack): boolean => means.kind === 'patch' || means.kind === 'noise';

/** What the attacker wants to reach, of what is measured. */
export function mainMeasure({ goal }: Pick<Attack, 'goal'>): Measure {
  switch (goal) {
    case 'target':
      return 'target';
    case 'promote':
      return 'entered';
    case 'crowd':
      return 'crowded';
    case 'away':
    case 'none':
      return 'lost';
  }
}
