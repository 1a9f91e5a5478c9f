import { fromView, type Point, type PixelFormat, type SquareView } from './square-view.js';

/** Side of the detection's input, and its pixels: from −1 to 1. */
export const DETECTION_SIZE = 224;
export const DETECTION_FORMAT: PixelFormat = {
  scale: [2 / 255, 2 / 255, 2 / 255],
  shift: [-1, -1, -1],
  reversed: false,
};

/**
 * The anchors of BlazePose's detection (Bazarevsky et al. 2020): this many centers in each cell of a grid with this
 * stride, and boxes that all have the size of the input.
 */
const ANCHORS = [
  { stride: 8, each: 2 },
  { stride: 16, each: 2 },
  { stride: 32, each: 6 },
] as const;
/** Numbers of each anchor: center and size of the face's box, then two for each of four key points. */
const NUMBERS = 12;
/** The middle of the hips, and a point on the circle around it that encloses the whole body. */
const HIPS_AT = 4;
const CIRCLE_AT = 6;
/** As in the original: overlapping detections are averaged, the less certain ones as well. */
const LEAST_CONFIDENCE = 0.5;
const OVERLAP = 0.3;
/** A person is found with more confidence than a shirt that lies there with its sleeves spread. */
const PERSON_CONFIDENCE = 0.7;
/** The original's margin around the circle that encloses the body. */
const MARGIN = 1.25;
/** Detections that are compared with each other; a person has a few dozen. */
const MOST_COMPARED = 200;

interface Found {
  readonly confidence: number;
  readonly numbers: readonly number[];
}

/**
 * Reads BlazePose's detection: for each person, most certain first, the square in which the landmarks are looked for.
 *
 * @param boxes [1, anchors, 12], pixels of the input relative to the anchor
 * @param scores [1, anchors, 1], before the logistic function
 * @param input the part of the image that the network saw
 */
export function readPeople(
  boxes: Float32Array,
  scores: Float32Array,
  input: SquareView,
  most: number,
): SquareView[] {
  const found = ANCHOR_CENTERS.flatMap(({ x, y }, i): Found[] => {
    const confidence = 1 / (1 + Math.exp(-(scores[i] ?? -Infinity)));
    if (!(confidence >= LEAST_CONFIDENCE)) return [];
    const numbers = Array.from(
      boxes.subarray(i * NUMBERS, (i + 1) * NUMBERS),
      (value) => value / DETECTION_SIZE,
    );
    if (!numbers.every(Number.isFinite)) return [];
    // All but the size are relative to the anchor.
    return [
      { confidence, numbers: numbers.map((n, k) => (k === 2 || k === 3 ? n : n + (k % 2 === 0 ? x : y))) },
    ];
  });
  let rest = found.sort((a, b) => b.confidence - a.confidence).slice(0, MOST_COMPARED);
  const people: SquareView[] = [];
  while (people.length < most) {
    const [best] = rest;
    if (best === undefined || best.confidence < PERSON_CONFIDENCE) break;
    const same = rest.filter((other) => other === best || overlap(best.numbers, other.numbers) > OVERLAP);
    rest = rest.filter((other) => !same.includes(other));
    people.push(around(average(same), input));
  }
  return people;
}

const ANCHOR_CENTERS: readonly Point[] = ANCHORS.flatMap(({ stride, each }) => {
  const cells = DETECTION_SIZE / stride;
  return Array.from({ length: cells * cells * each }, (_, i) => {
    const cell = Math.floor(i / each);
    return { x: ((cell % cells) + 0.5) / cells, y: (Math.floor(cell / cells) + 0.5) / cells };
  });
});

/** Weighted by confidence. */
function average(found: readonly Found[]): number[] {
  const total = found.reduce((sum, { confidence }) => sum + confidence, 0);
  return Array.from({ length: NUMBERS }, (_, k) =>
    found.reduce((sum, { confidence, numbers }) => sum + (confidence * (numbers[k] ?? 0)) / total, 0),
  );
}

/** The square around the body, turned so that the person stands upright. */
function around(numbers: readonly number[], input: SquareView): SquareView {
  const at = (k: number): Point => fromView(input, { x: numbers[k] ?? 0, y: numbers[k + 1] ?? 0 });
  const [hips, edge] = [at(HIPS_AT), at(CIRCLE_AT)];
  const [dx, dy] = [edge.x - hips.x, edge.y - hips.y];
  return {
    centerX: hips.x,
    centerY: hips.y,
    side: Math.max(1, 2 * MARGIN * Math.hypot(dx, dy)),
    angle: Math.atan2(dx, -dy),
  };
}

/** Intersection over union of two boxes with their centers. */
function overlap(a: readonly number[], b: readonly number[]): number {
  const [ax = 0, ay = 0, aw = 0, ah = 0] = a;
  const [bx = 0, by = 0, bw = 0, bh = 0] = b;
  const across = Math.min(ax + aw / 2, bx + bw / 2) - Math.max(ax - aw / 2, bx - bw / 2);
  const down = Math.min(ay + ah / 2, by + bh / 2) - Math.max(ay - ah / 2, by - bh / 2);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / (aw * ah + bw * bh - across * down);
}
