import { random } from '../platform/random.js';
import { decodeRaster } from '../vision/decode.js';
import type { Raster } from '../vision/raster.js';
import { areaOf, type Box } from '../vision/regions.js';
import { wayThere } from './aim.js';
import { isOptimized, type Attack, type OptimizedMeans } from './attacks.js';
import { launder, LAUNDERINGS } from './launder.js';
import type { Outcome } from './measures.js';
import { optimize } from './optimize.js';
import type { Regions } from './regions.js';
import type { Trial } from './state.js';

/** A region is still found where one overlaps it by this much (intersection over union), as benchmarks of detectors have it. */
const SAME = 0.5;
/** A region is invented when this share of it is outside of all that were there. */
const OUTSIDE = 0.5;

/** What a region attack starts from. */
export interface RegionVictim {
  /** A name that is the same for a seed. */
  readonly handle: string;
  readonly picture: Raster;
  /** What a patch that invents a region first shows: another garment. */
  readonly motif: Raster;
  /** Regions without an attack, largest first. */
  readonly boxes: readonly Box[];
}

export interface RegionSetting {
  readonly regions: Pick<Regions, 'find'>;
  readonly seed: number;
  readonly passes: number;
  readonly checkpoints: readonly number[];
  readonly advance: (passes: number) => void;
  readonly signal: AbortSignal;
}

type RegionGoal = 'hide' | 'invent';

/** An attack on the region proposer; the others are on the encoder. */
export type RegionAttack = Attack & { readonly goal: RegionGoal; readonly means: OptimizedMeans };

export const isOnRegions = (attack: Attack): attack is RegionAttack =>
  (attack.goal === 'hide' || attack.goal === 'invent') && isOptimized(attack);

/**
 * Hides the largest region of a picture, or makes one appear where none was. A picture without regions has none to hide,
 * and is counted for neither.
 */
export async function attackRegions(
  { regions, seed, passes, checkpoints, advance, signal }: RegionSetting,
  { handle, picture, motif, boxes }: RegionVictim,
  { id, goal, means }: RegionAttack,
): Promise<{ readonly trial: Trial; readonly picture: Raster; readonly boxes: readonly Box[] }> {
  const [largest] = boxes;
  if (largest === undefined) {
    advance(passes + LAUNDERINGS.length);
    const trial = { attack: id, curve: checkpoints.map(() => ({})), result: {}, way: null };
    return { trial, picture, boxes };
  }
  const margin = goal === 'hide' ? goneFrom(largest) : outsideOfAll(boxes);
  const outcomeOf = (found: readonly Box[]): Outcome => {
    const holds = margin(found) > 0;
    return goal === 'hide' ? { hidden: holds } : { invented: holds };
  };
  const curve: Outcome[] = [];
  const canvas = {
    picture,
    motif: goal === 'invent' ? motif : null,
    chance: random(`${seed}/${handle}/${id}`),
  };
  const { raster, answer } = await optimize(means, canvas, {
    passes,
    ask: async (raster) => {
      signal.throwIfAborted();
      const found = await regions.find(raster);
      advance(1);
      return found;
    },
    score: margin,
    at: checkpoints,
    reached: ({ answer: found }) => curve.push(outcomeOf(found)),
  });
  const result = outcomeOf(answer);
  const succeeded = result.hidden ?? result.invented;
  const trial: Trial = { attack: id, curve, result, way: wayThere(succeeded, margin(boxes), margin(answer)) };
  const side = Math.max(picture.width, picture.height);
  for (const way of LAUNDERINGS) {
    trial[way] = outcomeOf(await regions.find(await decodeRaster(await launder[way](raster), side)));
    advance(1);
  }
  return { trial, picture: raster, boxes: answer };
}

/** How far regions are beyond what the attacker needs: above 0, they have it. */
type Margin = (found: readonly Box[]) => number;

const goneFrom =
  (region: Box): Margin =>
  (found) =>
    SAME - Math.max(0, ...found.map((box) => overlap(box, region)));

const outsideOfAll =
  (boxes: readonly Box[]): Margin =>
  (found) =>
    Math.max(0, ...found.map((box) => outsideOf(box, boxes))) - OUTSIDE;

/** The share of a box outside of the one of `boxes` that covers the most of it. */
const outsideOf = (box: Box, boxes: readonly Box[]): number =>
  1 - Math.max(0, ...boxes.map((other) => shared(box, other))) / areaOf(box);

/** Intersection over union. */
function overlap(a: Box, b: Box): number {
  const both = shared(a, b);
  return both / (areaOf(a) + areaOf(b) - both);
}

/** The area that two boxes have in common. */
function shared(a: Box, b: Box): number {
  const along = (from: number, length: number, otherFrom: number, otherLength: number): number =>
    Math.max(0, Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom));
  return along(a.x, a.width, b.x, b.width) * along(a.y, a.height, b.y, b.height);
}
