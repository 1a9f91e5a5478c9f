import type { Body } from '../body.js';
import { add, along, curve, distance, lengthOf, path, reversed, scale, toward } from '../geometry.js';
import type { Line, Point } from '../geometry.js';
import { bow } from './parts.js';

export type NeckShape = 'round' | 'v' | 'square';

export interface TorsoCut {
  /** Added to the body's girths, millimeters. */
  readonly bustEase: number;
  readonly hipEase: number;
  /** Null: the side runs straight from underarm to hip. */
  readonly waistEase: number | null;
  /** Beyond the end of the shoulder; a dropped shoulder is above 20. */
  readonly shoulder: number;
  /** The armhole's depth below the body's. */
  readonly armhole: number;
  /** From the nape to the seam line of the hem. */
  readonly length: number;
  readonly neck: { readonly shape: NeckShape; readonly widen: number; readonly deepen: number };
  /** Darts of the waist, by which the waist of each quarter is wider before they are sewn. */
  readonly waistDarts?: number;
}

/** Lines of half a front and half a back; the center is x = 0, the shoulder's neck point is at y = 0. */
export interface Torso {
  readonly front: TorsoLines;
  readonly back: TorsoLines;
  readonly waistY: number;
  readonly hipY: number;
  readonly hemY: number;
  readonly underarm: Point;
}

export interface TorsoLines {
  /** From the center to the shoulder. */
  readonly neck: Line;
  /** From the neck to the armhole. */
  readonly shoulder: Line;
  /** From the shoulder to the underarm. */
  readonly armhole: Line;
  /** From the underarm to the hem. */
  readonly side: Line;
}

const NAPE_DEPTH = 20;
const SHOULDER_SLOPE = (21 * Math.PI) / 180;

/**
 * Drafts front and back after the flat block of W. Aldrich, "Metric Pattern Cutting for Women's Wear", chapter "The
 * basic blocks": neck width 1/5 of the neck girth, quarter girths with half the ease each, armholes through the points
 * across back and chest.
 */
export function draftTorso(body: Body, cut: TorsoCut): Torso {
  const neckWidth = body.neck / 5 - 2 + cut.neck.widen * Math.cos(SHOULDER_SLOPE);
  const neckY = cut.neck.widen * Math.sin(SHOULDER_SLOPE);
  const neckPoint: Point = [neckWidth, neckY];
  const tip: Point = [
    body.neck / 5 - 2 + (body.shoulder + cut.shoulder) * Math.cos(SHOULDER_SLOPE),
    (body.shoulder + cut.shoulder) * Math.sin(SHOULDER_SLOPE),
  ];
  const quarter = (body.bust + cut.bustEase) / 4;
  const underarm: Point = [quarter, NAPE_DEPTH + body.scyeDepth + cut.armhole];
  const across = (width: number): number =>
    Math.min(quarter - 25, Math.max(width / 2 + cut.bustEase / 24, tip[0] - 16));
  const waistY = NAPE_DEPTH + body.napeToWaist;
  const hipY = waistY + body.waistToHip;
  const hemY = NAPE_DEPTH + cut.length;
  const side = sideLine(body, cut, underarm, waistY, hipY, hemY);
  const shoulder: Line = [neckPoint, tip];
  return {
    waistY,
    hipY,
    hemY,
    underarm,
    front: {
      neck: neckline(neckPoint, body.neck / 5 - 2 + cut.neck.deepen, cut.neck.shape),
      shoulder,
      armhole: armhole(
        tip,
        [across(body.frontWidth) - 4, tip[1] + (underarm[1] - tip[1]) * 0.62],
        underarm,
        0.6,
      ),
      side,
    },
    back: {
      neck: neckline(neckPoint, NAPE_DEPTH + cut.neck.widen * 0.3, 'round', 0.62),
      shoulder,
      armhole: armhole(tip, [across(body.backWidth), tip[1] + (underarm[1] - tip[1]) * 0.55], underarm, 0.5),
      side,
    },
  };
}

function neckline(to: Point, depth: number, shape: NeckShape, flat = 0.6): Line {
  const from: Point = [0, depth];
  // A neckline leaves the shoulder at a right angle, so that front and back go on into each other.
  const into: Point = [-Math.sin(SHOULDER_SLOPE), Math.cos(SHOULDER_SLOPE)];
  switch (shape) {
    case 'v':
      return reversed(bow(to, from, -Math.min(6, depth * 0.04)));
    case 'square':
      return path([from, [to[0] - 12, depth], to]);
    case 'round':
      return curve(from, [to[0] * flat, depth], add(to, scale(into, (depth - to[1]) * 0.5)), to);
  }
}

function armhole(tip: Point, across: Point, underarm: Point, hollow: number): Line {
  const down: Point = [-Math.sin(SHOULDER_SLOPE), Math.cos(SHOULDER_SLOPE)];
  return path(
    curve(
      tip,
      add(tip, scale(down, distance(tip, across) * 0.33)),
      [across[0], across[1] - (across[1] - tip[1]) * 0.35],
      across,
    ),
    curve(
      across,
      [across[0], across[1] + (underarm[1] - across[1]) * (hollow + 0.1)],
      [underarm[0] - (underarm[0] - across[0]) * hollow, underarm[1]],
      underarm,
    ),
  );
}

function sideLine(
  body: Body,
  cut: TorsoCut,
  underarm: Point,
  waistY: number,
  hipY: number,
  hemY: number,
): Line {
  const hip: Point = [Math.max((body.hip + cut.hipEase) / 4, 0), hipY];
  if (cut.waistEase === null) {
    const end = along([underarm, hip], distance(underarm, hip)).point;
    const x =
      hemY <= hipY
        ? underarm[0] + ((end[0] - underarm[0]) * (hemY - underarm[1])) / (hipY - underarm[1])
        : hip[0];
    return hemY <= hipY ? [underarm, [x, hemY]] : path([underarm, hip], [hip, [hip[0], hemY]]);
  }
  const waist: Point = [(body.waist + cut.waistEase) / 4 + (cut.waistDarts ?? 0), waistY];
  const upper = curve(
    underarm,
    [underarm[0] - 4, underarm[1] + (waistY - underarm[1]) * 0.4],
    [waist[0], waistY - (waistY - underarm[1]) * 0.35],
    waist,
  );
  const lower = curve(
    waist,
    [waist[0], waistY + (hipY - waistY) * 0.35],
    [hip[0], hipY - (hipY - waistY) * 0.45],
    hip,
  );
  const whole = path(upper, lower, hemY > hipY ? [hip, [hip[0], hemY]] : []);
  return hemY >= hipY ? whole : clipAt(whole, hemY);
}

/** What of a falling line lies above a height. */
export function clipAt(line: Line, y: number): Line {
  const points: Point[] = [];
  for (const point of line) {
    const before = points.at(-1);
    if (point[1] > y && before) {
      const step = toward(before, point);
      points.push(add(before, scale(step, (y - before[1]) / step[1])));
      return path(points);
    }
    points.push(point);
  }
  return points;
}

/** What of a falling line lies below a height. */
export function clipBelow(line: Line, y: number): Line {
  const above = clipAt(line, y);
  const end = above.at(-1);
  return end
    ? path(
        [end],
        line.filter((point) => point[1] > y + 1e-6),
      )
    : line;
}

/** A sleeve whose cap fits an armhole. */
export interface SleeveCut {
  readonly frontArmhole: number;
  readonly backArmhole: number;
  /** How much longer the cap is than the armhole. */
  readonly ease: number;
  /** Height of the cap as a share of the armhole: low for wide, casual sleeves. */
  readonly cap: number;
  /** From the shoulder to the sleeve's end. */
  readonly length: number;
  /** Width of the sleeve's end; null: a little less than the upper arm. */
  readonly hem: number | null;
}

export interface SleeveLines {
  readonly cap: Line;
  /** Length of the back half of the cap. */
  readonly backCap: number;
  readonly frontSeam: Line;
  readonly hem: Line;
  readonly backSeam: Line;
  readonly bicep: number;
  readonly top: Point;
}

/** Drafts a one-piece sleeve; its widths are found so that both halves of the cap have the armhole's length plus ease. */
export function draftSleeve(cut: SleeveCut): SleeveLines {
  const height = (cut.frontArmhole + cut.backArmhole) * cut.cap;
  const half = (length: number, lower: number, upper: number): Line => {
    const build = (width: number): Line =>
      curve([0, 0], [width * upper, 0], [width * lower, height], [width, height]);
    let [low, high] = [20, length * 1.2];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (lengthOf(build(middle)) < length) low = middle;
      else high = middle;
    }
    return build((low + high) / 2);
  };
  const front = half(cut.frontArmhole + cut.ease / 2, 0.56, 0.42);
  const back = half(cut.backArmhole + cut.ease / 2, 0.62, 0.46);
  const frontEnd = front.at(-1) ?? [0, 0];
  const backEnd: Point = [-(back.at(-1)?.[0] ?? 0), height];
  const bicep = frontEnd[0] - backEnd[0];
  const center = (frontEnd[0] + backEnd[0]) / 2;
  const hem = cut.hem ?? bicep * 0.9;
  const end = Math.max(cut.length, height + 25);
  const [frontHem, backHem]: [Point, Point] = [
    [center + hem / 2, end],
    [center - hem / 2, end],
  ];
  return {
    cap: path(reversed(back.map(([x, y]): Point => [-x, y])), front),
    backCap: lengthOf(back),
    frontSeam: [frontEnd, frontHem],
    hem: [frontHem, backHem],
    backSeam: [backHem, backEnd],
    bicep,
    top: [0, 0],
  };
}

/** How far a line reaches to the right. */
export const widest = (line: Line): number => Math.max(...line.map(([x]) => x));
