import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, OperatorError } from '../platform/operator-error.js';
import { outcome } from './measures.js';

/** Raised whenever the attacks or the file change, so that no audit mixes two versions. */
export const AUDIT_VERSION = 2;
const STATE_FILE = 'state.json';

/** What one attack on one picture reached. */
const trial = z.object({
  attack: z.string(),
  /** After the passes of the checkpoints; empty when nothing is optimized. */
  curve: z.array(outcome),
  result: outcome,
  /**
   * How far the attack came: 0 for the picture as it was, 1 exactly where it succeeds, and in between the share of the
   * missing likeness that it made up for. Null when nothing was missing; absent for copies.
   */
  way: z.number().min(0).max(1).nullable().optional(),
  /** Whether ImageTrust has a reason for the picture; absent when the encoder cannot tell, and for copies and regions. */
  flagged: z.boolean().optional(),
  /** What the picture reaches where the gateway acts on that: by consensus, or in quarantine. Absent as `flagged`. */
  defended: outcome.optional(),
  /** The same picture as JPEG, */
  jpeg: outcome.optional(),
  /** and at half its size. */
  rescaled: outcome.optional(),
  /** Places of a page that copies take; null when there is no page to measure it on. */
  places: z.int().nullable().optional(),
});
export type Trial = z.infer<typeof trial>;

const pictureResult = z.object({
  /** Handles. */
  product: z.string(),
  target: z.string(),
  clean: outcome,
  /** Whether ImageTrust has a reason for it without an attack: a false alarm. Absent when the encoder cannot tell. */
  flagged: z.boolean().optional(),
  trials: z.array(trial),
});
export type PictureResult = z.infer<typeof pictureResult>;

/** An attack as the page shows it; pictures are data URLs. */
const exhibit = z.object({
  attack: z.string(),
  succeeded: z.boolean(),
  product: z.object({ title: z.string(), picture: z.string() }),
  attacked: z.string(),
  /** The product that `Sight.takenFor` names. */
  takenFor: z.object({ title: z.string(), picture: z.string() }).nullable(),
});
export type Exhibit = z.infer<typeof exhibit>;

/** What must be the same for an audit to go on. */
const auditOptions = z.object({
  encoder: z.string(),
  seed: z.int(),
  passes: z.int(),
  images: z.int(),
  /** What proposes regions (Regions.id). */
  regions: z.string(),
  /** What `SAME_PRODUCT` was judged with; null without a calibration. */
  calibration: z.string().nullable(),
  /** Of the images that are compared with. */
  catalog: z.string(),
});
export type AuditOptions = z.infer<typeof auditOptions>;

const auditState = z.object({
  version: z.literal(AUDIT_VERSION),
  options: auditOptions,
  /** In the order of the sample. */
  pictures: z.array(pictureResult),
  exhibits: z.array(exhibit),
});
export type AuditState = z.infer<typeof auditState>;

/** There is another audit in the folder than the one that was asked for. */
export class OtherAudit extends OperatorError {
  constructor(folder: string, what: string) {
    super(
      `${join(folder, STATE_FILE)} belongs to an audit with ${what}. Use the same options and the same catalog to go on with it, choose another folder with --out, or remove the file.`,
    );
  }
}

const DIFFERENT: Readonly<Record<keyof AuditOptions, string>> = {
  encoder: 'another encoder',
  seed: 'another --seed',
  passes: 'other --passes',
  images: 'another number of --images',
  regions: 'another detector',
  calibration: 'another calibration',
  catalog: 'another state of the catalog',
};

/**
 * The state to go on from; an empty one when the folder has none.
 * @throws OtherAudit; OperatorError when the file is damaged
 */
export async function readState(folder: string, options: AuditOptions): Promise<AuditState> {
  const text = await readIfThere(join(folder, STATE_FILE));
  if (text === null) return { version: AUDIT_VERSION, options, pictures: [], exhibits: [] };
  const parsed = auditState.safeParse(parseJson(text));
  if (!parsed.success) throw new OtherAudit(folder, 'another version of Vitrine, or is damaged');
  const state = parsed.data;
  const keys: readonly (keyof AuditOptions)[] = auditOptions.keyof().options;
  const different = keys.filter((key) => state.options[key] !== options[key]);
  if (different.length > 0)
    throw new OtherAudit(folder, different.map((key) => DIFFERENT[key]).join(', and '));
  return state;
}

/** Replaces the state at once: who reads it, also after a crash, finds the old one or the new one. */
export const writeState = (folder: string, state: AuditState): Promise<void> =>
  writeWhole(join(folder, STATE_FILE), JSON.stringify(state));

/** Replaces the file at once. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, text);
  await rename(draft, file);
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
