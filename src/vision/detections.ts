/** A box that a detector found: center and size in pixels of its square input, and the most likely class. */
export interface RawDetection {
  readonly centerX: number;
  readonly centerY: number;
  readonly width: number;
  readonly height: number;
  readonly label: number;
  readonly confidence: number;
}

/** Boxes kept for the comparison of overlapping ones; a photo shows far fewer things. */
const MAX_COMPARED = 300;
const COORDINATES = 4;

/**
 * Reads the output of the YOLO family since v8: for each anchor center x, center y, width, and height in pixels of
 * the input, then a confidence from 0 to 1 for each class; as [1, 4 + classes, anchors], or transposed.
 *
 * @throws Error when the shape is different
 */
export function readDetections(
  data: Float32Array,
  shape: readonly number[],
  classes: number,
  leastConfidence: number,
): RawDetection[] {
  const rows = COORDINATES + classes;
  const [batch, first = 0, second = 0] = shape;
  const isTransposed = first !== rows;
  const anchors = isTransposed ? first : second;
  if (shape.length !== 3 || batch !== 1 || (isTransposed && second !== rows)) {
    throw new Error(
      `its output is [${shape.join(', ')}], where ${classes} labels make [1, ${rows}, anchors] or [1, anchors, ${rows}]; ` +
        'outputs with an objectness score (YOLOv5) or with already selected boxes are not supported.',
    );
  }
  const at = (row: number, anchor: number): number =>
    data[isTransposed ? anchor * rows + row : row * anchors + anchor] ?? 0;
  const found: RawDetection[] = [];
  for (let anchor = 0; anchor < anchors; anchor += 1) {
    let [label, confidence] = [0, -Infinity];
    for (let i = 0; i < classes; i += 1) {
      const value = at(COORDINATES + i, anchor);
      if (value > confidence) [label, confidence] = [i, value];
    }
    if (!(confidence >= leastConfidence)) continue;
    const [centerX, centerY, width, height] = [at(0, anchor), at(1, anchor), at(2, anchor), at(3, anchor)];
    if (![centerX, centerY, width, height].every(Number.isFinite) || width <= 0 || height <= 0) continue;
    found.push({ centerX, centerY, width, height, label, confidence: Math.min(1, confidence) });
  }
  return found.sort((a, b) => b.confidence - a.confidence).slice(0, MAX_COMPARED);
}

/**
 * Sorts by confidence, highest first, and drops boxes that overlap a surer box of the same class by more than `most`.
 */
export function suppressOverlaps<Detection extends RawDetection>(
  detections: readonly Detection[],
  most: number,
): Detection[] {
  const kept: Detection[] = [];
  for (const detection of detections) {
    if (kept.every((other) => other.label !== detection.label || overlap(other, detection) <= most))
      kept.push(detection);
  }
  return kept;
}

/** Intersection over union. */
function overlap(a: RawDetection, b: RawDetection): number {
  const span = (centerA: number, sizeA: number, centerB: number, sizeB: number): number =>
    Math.min(centerA + sizeA / 2, centerB + sizeB / 2) - Math.max(centerA - sizeA / 2, centerB - sizeB / 2);
  const across = span(a.centerX, a.width, b.centerX, b.width);
  const down = span(a.centerY, a.height, b.centerY, b.height);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (a.width * a.height + b.width * b.height - shared);
}
