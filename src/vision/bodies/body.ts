import type { Landmark, Pose } from './pose.js';
import { medianColor, type Silhouette, type Span, type Tone } from './silhouette.js';
import type { Point } from './square-view.js';

/**
 * Heights along a body in its own units: 0 at the shoulders, 1 at the hips, 2 at the knees, 3 at the ankles, and linear
 * in between, however long the parts look from where the camera is.
 */
export type Level = number;

/** Rows at which the colors along a body are compared; a row is then about an inch. */
const ROWS = 72;
/** Below the collar, and above the shoes. */
const FIRST_LEVEL: Level = 0.1;
export const LAST_LEVEL: Level = 2.97;
/** Parts of a body seen from above or below still have this share of the torso's height. */
const LEAST_HEIGHT = 0.15;
/** Shoulders seen from the side are at least this wide, as a share of the torso's height. */
const LEAST_SHOULDERS = 0.45;
/** Fewer rows with the body in them do not tell where anything ends. */
const LEAST_ROWS = 5;

/** The landmarks of one side from top to bottom, one for each whole level. */
const SIDES = [
  ['leftShoulder', 'leftHip', 'leftKnee', 'leftAnkle'],
  ['rightShoulder', 'rightHip', 'rightKnee', 'rightAnkle'],
] as const satisfies readonly (readonly Landmark[])[];

/** Measures along a person's body, in pixels of a small image. */
export class Body {
  /** Height of the torso, the unit of the widths. */
  readonly torso: number;
  readonly shoulders: number;
  /** The levels of the rows. */
  readonly levels: readonly Level[] = Array.from(
    { length: ROWS },
    (_, row) => FIRST_LEVEL + ((LAST_LEVEL - FIRST_LEVEL) * row) / (ROWS - 1),
  );
  /** Heights of the whole levels. */
  readonly #heights: readonly number[];
  /** The two sides of the body as the image shows them: the left one first. */
  readonly #sides: readonly (readonly number[])[];

  constructor(
    readonly silhouette: Silhouette,
    private readonly pose: Pose,
    private readonly scale: number,
  ) {
    const middles = SIDES[0].map((landmark, i) => this.middle(landmark, SIDES[1][i] ?? landmark));
    const [shoulders = { x: 0, y: 0 }, hips = { x: 0, y: 0 }] = middles;
    this.torso = Math.max(2, Math.hypot(hips.x - shoulders.x, hips.y - shoulders.y));
    let above = -Infinity;
    this.#heights = middles.map(({ y }) => (above = Math.max(y, above + LEAST_HEIGHT * this.torso)));
    const sides = SIDES.map((side) => side.map((landmark) => this.at(landmark).x));
    this.#sides = sides.sort(([a = 0], [b = 0]) => a - b);
    const [[left = 0] = [], [right = 0] = []] = this.#sides;
    this.shoulders = Math.max(right - left, LEAST_SHOULDERS * this.torso);
  }

  /** In pixels of the small image. */
  at(landmark: Landmark): Point {
    const { x, y } = this.pose.at(landmark);
    return { x: x * this.scale, y: y * this.scale };
  }

  /** From 0 to 1: how certain it is that this part is in the image and that nothing hides it. */
  visibility(landmark: Landmark): number {
    return this.pose.visibility(landmark);
  }

  /** The height of a level; above the shoulders, the torso goes on. */
  height(level: Level): number {
    const [shoulders = 0] = this.#heights;
    return level < 0 ? shoulders + level * this.torso : along(this.#heights, level);
  }

  /** The columns of the body's two sides at a level. */
  sidesAt(level: Level): readonly [left: number, right: number] {
    const [left = 0, right = 0] = this.#sides.map((side) => along(side, level));
    return [left, right];
  }

  /** From the leftmost to the rightmost of the landmarks, and beyond them by a share of the torso. */
  across(landmarks: readonly Landmark[], margin: number): Span {
    const columns = landmarks.map((landmark) => this.at(landmark).x);
    const beyond = margin * this.torso;
    return { from: Math.min(...columns) - beyond, to: Math.max(...columns) + beyond };
  }

  /**
   * The color of each row in the spans that `lane` names; rows without the body have the color of the nearest one with
   * it. Null when there are hardly any.
   */
  tones(lane: (level: Level) => readonly Span[]): Tone[] | null {
    const found = this.levels.map((level) =>
      medianColor(lane(level).flatMap((span) => this.silhouette.row(this.height(level), span))),
    );
    const known = found.flatMap((tone, row) => (tone === null ? [] : [{ tone, row }]));
    if (known.length < LEAST_ROWS) return null;
    return found.map((tone, row) => {
      if (tone !== null) return tone;
      const nearest = known.reduce((a, b) => (Math.abs(b.row - row) < Math.abs(a.row - row) ? b : a));
      return nearest.tone;
    });
  }

  /** Half way between two landmarks, in pixels. */
  middle(a: Landmark, b: Landmark): Point {
    const [p, q] = [this.at(a), this.at(b)];
    return { x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 };
  }
}

/** Linear between the values at 0, 1, 2, and so on; constant beyond the last. */
function along(values: readonly number[], at: number): number {
  const from = Math.max(0, Math.min(values.length - 1, Math.floor(at)));
  const to = Math.min(values.length - 1, from + 1);
  const [a = 0, b = 0] = [values[from], values[to]];
  return a + (b - a) * Math.min(1, Math.max(0, at - from));
}

/** The columns of what is in front: of the torso, its middle; of the legs, each of them. */
export function frontLane(body: Body): (level: Level) => readonly Span[] {
  return (level) => {
    const [left, right] = body.sidesAt(level);
    const middle = (left + right) / 2;
    if (level <= 1) return [around(middle, FRONT * body.shoulders)];
    return [around(left, LEG * body.torso), around(right, LEG * body.torso)];
  };
}

/** The columns of what hangs at the sides: the flaps of an open coat. */
export function sideLane(body: Body): (level: Level) => readonly Span[] {
  return (level) => {
    const { torso } = body;
    let [left, right] = body.sidesAt(level);
    if (right - left < NARROW * torso) {
      const middle = (left + right) / 2;
      [left, right] = [middle - (NARROW / 2) * torso, middle + (NARROW / 2) * torso];
    }
    return [
      { from: left - FLAP * torso, to: left },
      { from: right, to: right + FLAP * torso },
    ];
  };
}

/** Half the width of the middle of a torso, as a share of the shoulders. */
const FRONT = 0.2;
/** Half the width of a leg, the width of a flap, and the least distance of two flaps, as shares of the torso. */
const LEG = 0.09;
const FLAP = 0.12;
const NARROW = 0.3;

const around = (middle: number, by: number): Span => ({ from: middle - by, to: middle + by });
