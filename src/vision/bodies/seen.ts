import { frontLane, type Body, type Level } from './body.js';
import type { Landmark } from './pose.js';

/** A landmark with less visibility is guessed: behind a table or another person, or beyond the edge of the image. */
const LEAST_VISIBLE = 0.5;
/** Legs that bend away from below the hips must be seen more clearly. */
const LIMB_VISIBLE = 0.75;
/** Hips at the edge of a table have up to this much; those of a body that is seen to the thighs, more. */
const HIP_VISIBLE = 0.95;

/** Least height of a torso, in widths of its shoulders: hips behind a table are guessed too high. */
const TORSO = 1.33;
/** As a share of the torso: legs that are seen less below the hips may be the edge of a top. It is a skirt's upper half. */
const LEAST_LEGS = 0.3;
/** The body must be seen from here to the legs in one piece. */
const BELLY: Level = 0.75;
/** Where thighs and shins are, and the share of their rows in which the body must be seen. */
const THIGHS: readonly [Level, Level] = [1.1, 2];
const SHINS: readonly [Level, Level] = [2, 3];
const LEAST_ROWS = 0.5;
/** Rows without the body that a hand or a belt may hide, and the share of a leg's columns that are the body's elsewhere. */
const LARGEST_GAP = 3;
const COVERED = 1 / 3;

const SIDES = ['left', 'right'] as const;

/**
 * Whether what is worn from the waist is seen: BlazePose guesses legs that something hides, and may take a table for
 * them. They are seen if the hips are and the silhouette goes on below them; if a knee and its ankle are, as those of
 * a seated person, and the silhouette leads there; or if a foot is, and the shins, below what hides the thighs.
 */
export function areLegsSeen(body: Body): boolean {
  const areHipsVisible = areVisible(body, ['leftHip', 'rightHip'], HIP_VISIBLE);
  if (areHipsVisible && seenBelowHips(body) >= LEAST_LEGS) return true;
  const isLegVisible = SIDES.some((side) => areVisible(body, [`${side}Knee`, `${side}Ankle`], LIMB_VISIBLE));
  if (isLegVisible && isMostlySeen(body, THIGHS)) return true;
  return seenFeet(body).length > 0 && isMostlySeen(body, SHINS);
}

function isMostlySeen(body: Body, [from, to]: readonly [Level, Level]): boolean {
  const levels = body.levels.filter((level) => level > from && level < to);
  return levels.filter((level) => isCovered(body, level)).length >= LEAST_ROWS * levels.length;
}

const areVisible = (body: Body, landmarks: readonly Landmark[], least: number): boolean =>
  landmarks.every((landmark) => body.visibility(landmark) >= least);

/** How far the silhouette goes on below the hips in one piece, as a share of the torso. */
function seenBelowHips(body: Body): number {
  const torso = Math.max(body.torso, TORSO * body.shoulders);
  const hips = Math.max(body.height(1), body.height(0) + torso);
  return (bodysEnd(body) - hips) / torso;
}

/** The lowest row to which the body is seen in one piece. */
function bodysEnd(body: Body): number {
  let [end, gap] = [-Infinity, 0];
  for (const level of body.levels.filter((level) => level >= BELLY)) {
    if (isCovered(body, level)) [end, gap] = [body.height(level), 0];
    else if ((gap += 1) > LARGEST_GAP) break;
  }
  return end;
}

/** Whether the body is seen at a level: of its trunk or of one leg. */
const isCovered = (body: Body, level: Level): boolean =>
  frontLane(body)(level).some(
    (span) =>
      body.silhouette.row(body.height(level), span).length >= COVERED * Math.max(1, span.to - span.from),
  );

/** The landmarks of the feet that are seen. */
export const seenFeet = (body: Body): Landmark[] =>
  SIDES.flatMap((side): Landmark[] => {
    const foot: Landmark[] = [`${side}Ankle`, `${side}Foot`];
    return areVisible(body, foot, LEAST_VISIBLE) ? [...foot, `${side}Heel`] : [];
  });
