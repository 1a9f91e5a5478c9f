import { z } from 'zod';
import { ATTACKS, GOALS, isOptimized, type Attack } from './attacks.js';
import { figures, toFigures } from './figures.js';
import { LAUNDERINGS } from './launder.js';
import { share, shareOf, type Share } from './wilson.js';
import { AUDIT_VERSION, type AuditState, type Trial } from './state.js';
import { thresholdResult } from './thresholds.js';

const attackReport = z.object({
  id: z.string(),
  goal: z.enum(GOALS),
  kind: z.enum(['patch', 'noise', 'sticker', 'copies']),
  /** Share of the area of a patch or sticker, levels of 255 of noise, or number of copies. */
  size: z.number(),
  /** Whether the attacker saw ImageTrust too, and avoided a reason. */
  evades: z.boolean(),
  result: figures,
  /** Pictures for which ImageTrust has a reason; absent when the encoder cannot tell, for copies, and for regions. */
  flagged: share.optional(),
  /** What is reached where the gateway acts on that: by consensus, or in quarantine. Absent as `flagged`. */
  defended: figures.optional(),
  /** After so many passes of the encoder; empty when nothing is optimized. */
  curve: z.array(z.object({ passes: z.int(), figures })),
  /** The same pictures as JPEG of quality 75, and at half their size; absent for copies. */
  jpeg: figures.optional(),
  rescaled: figures.optional(),
  /** How far the attack came on average, from 0 to 1 where it succeeds; absent for copies. */
  meanWay: z.number().optional(),
  /** Places of ten that copies take on average; absent for other attacks. */
  meanPlaces: z.number().optional(),
});
export type AttackReport = z.infer<typeof attackReport>;

/** audit.json. It says nothing of when it was made: the same seed and catalog give the same file. */
export const auditReport = z.object({
  version: z.literal(AUDIT_VERSION),
  encoder: z.string(),
  /** What proposes regions: the detector, or `included`. */
  regions: z.string(),
  seed: z.int(),
  passes: z.int(),
  /** Pictures that were attacked. */
  pictures: z.int(),
  catalog: z.object({
    products: z.int(),
    /** That pictures were compared with. */
    images: z.int(),
    /** In the whole catalog. */
    allImages: z.int(),
  }),
  /** Whether SAME_PRODUCT could be judged. */
  calibrated: z.boolean(),
  /** The same pictures without an attack. */
  clean: figures,
  /** Those for which ImageTrust has a reason: false alarms. Absent when the encoder cannot tell. */
  cleanFlagged: share.optional(),
  attacks: z.array(attackReport),
  thresholds: z.array(thresholdResult),
});
export type AuditReport = z.infer<typeof auditReport>;

/** The shares of all pictures. */
export function summarize(
  { options: { passes }, pictures }: Pick<AuditState, 'options' | 'pictures'>,
  checkpoints: readonly number[],
): Pick<AuditReport, 'pictures' | 'passes' | 'clean' | 'cleanFlagged' | 'attacks'> {
  return {
    passes,
    pictures: pictures.length,
    clean: toFigures(pictures.map(({ clean }) => clean)),
    cleanFlagged: flaggedOf(pictures),
    attacks: ATTACKS.flatMap((attack) => {
      const trials = pictures.flatMap((picture) =>
        picture.trials.filter(({ attack: id }) => id === attack.id),
      );
      return trials.length === 0 ? [] : [summarizeAttack(attack, trials, checkpoints)];
    }),
  };
}

function summarizeAttack(
  attack: Attack,
  trials: readonly Trial[],
  checkpoints: readonly number[],
): AttackReport {
  const { id, goal, means } = attack;
  const meanWay = mean(trials.flatMap(({ way }) => way ?? []));
  const meanPlaces = mean(trials.flatMap(({ places }) => places ?? []));
  const report: AttackReport = {
    id,
    goal,
    kind: means.kind,
    size: sizeOf(attack),
    evades: attack.evades === true,
    result: toFigures(trials.map(({ result }) => result)),
    flagged: flaggedOf(trials),
    curve: isOptimized(attack)
      ? checkpoints.map((passes, at) => ({
          passes,
          figures: toFigures(trials.flatMap(({ curve }) => curve[at] ?? [])),
        }))
      : [],
  };
  const defended = trials.flatMap((trial) => trial.defended ?? []);
  if (defended.length > 0) report.defended = toFigures(defended);
  for (const way of LAUNDERINGS) {
    const outcomes = trials.flatMap((trial) => trial[way] ?? []);
    if (outcomes.length > 0) report[way] = toFigures(outcomes);
  }
  if (meanWay !== null) report.meanWay = meanWay;
  if (meanPlaces !== null) report.meanPlaces = meanPlaces;
  return report;
}

/** How many of those have a reason of which it is known; undefined when it is known of none. */
function flaggedOf(all: readonly { readonly flagged?: boolean | undefined }[]): Share | undefined {
  const known = all.flatMap(({ flagged }) => flagged ?? []);
  return known.length === 0 ? undefined : shareOf(known.filter(Boolean).length, known.length);
}

const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function sizeOf({ means }: Attack): number {
  switch (means.kind) {
    case 'patch':
    case 'sticker':
      return means.area;
    case 'noise':
      return means.levels;
    case 'copies':
      return means.count;
  }
}
