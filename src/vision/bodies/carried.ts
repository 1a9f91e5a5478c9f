import { suppressOverlaps, type RawDetection } from '../detections.js';
import { boxBetween } from '../figures.js';
import type { Box } from '../regions.js';
import { fromView, type PixelFormat, type SquareView } from './square-view.js';

/** Side of the input of NanoDet, and its pixels: blue, green, red, with the mean and deviation of its training. */
export const CARRIED_SIZE = 256;
export const CARRIED_FORMAT: PixelFormat = {
  scale: [1 / 58.395, 1 / 57.12, 1 / 57.375],
  shift: [-123.675 / 58.395, -116.28 / 57.12, -103.53 / 57.375],
  reversed: true,
};

/** The classes of carried.onnx in their order. */
const LABELS = ['backpack', 'handbag', 'tie', 'suitcase'] as const;
const STRIDES = [8, 16, 32] as const;
/** Each side's distance is a distribution over 0 to 10 strides (generalized focal loss, Li et al. 2020). */
const BINS = 11;
/** NanoDet's own default is 0.35; more of the bags between are really there than not. */
const LEAST_CONFIDENCE = 0.3;
/** A bag that overlaps a surer one by more is the same, whatever its class. */
const OVERLAP = 0.4;
/** A person carries a bag or two. */
const MOST = 3;

/** What a person carries or ties: found by itself, not by where on the body it is. */
export interface Carried {
  readonly box: Box;
  readonly label: string;
  /** From 0 to 1. */
  readonly confidence: number;
}

/**
 * Reads NanoDet's output, surest first.
 *
 * @param scores [1, cells, classes], from 0 to 1
 * @param sides [1, cells, 4 × 11]: left, top, right, and bottom, before the softmax
 */
export function readCarried(
  scores: Float32Array,
  sides: Float32Array,
  input: SquareView,
  image: { readonly width: number; readonly height: number },
): Carried[] {
  const found: RawDetection[] = [];
  let cell = 0;
  for (const stride of STRIDES) {
    const columns = CARRIED_SIZE / stride;
    for (let i = 0; i < columns * columns; i += 1, cell += 1) {
      let [label, confidence] = [0, 0];
      for (let c = 0; c < LABELS.length; c += 1) {
        const score = scores[cell * LABELS.length + c] ?? 0;
        if (score > confidence) [label, confidence] = [c, score];
      }
      if (confidence < LEAST_CONFIDENCE) continue;
      const [x, y] = [((i % columns) + 0.5) * stride, (Math.floor(i / columns) + 0.5) * stride];
      const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => stride * distance(sides, cell, side));
      if (left === undefined || top === undefined || right === undefined || bottom === undefined) continue;
      found.push({
        centerX: x + (right - left) / 2,
        centerY: y + (bottom - top) / 2,
        width: left + right,
        height: top + bottom,
        label,
        confidence,
      });
    }
  }
  const ordered = found.sort((a, b) => b.confidence - a.confidence);
  return suppressOverlaps(
    ordered.map((one) => ({ ...one, label: 0, class: one.label })),
    OVERLAP,
  )
    .slice(0, MOST)
    .flatMap((one) => {
      const name = LABELS[one.class];
      const box = inImage(one, input, image);
      return name === undefined || box === null ? [] : [{ box, label: name, confidence: one.confidence }];
    });
}

/** The mean of the distribution, in strides. */
function distance(sides: Float32Array, cell: number, side: number): number {
  const start = (cell * 4 + side) * BINS;
  const logits = sides.subarray(start, start + BINS);
  const largest = Math.max(...logits);
  let [total, sum] = [0, 0];
  logits.forEach((logit, bin) => {
    const weight = Math.exp(logit - largest);
    total += weight;
    sum += weight * bin;
  });
  return sum / total;
}

function inImage(
  { centerX, centerY, width, height }: RawDetection,
  input: SquareView,
  image: { readonly width: number; readonly height: number },
): Box | null {
  const corner = (x: number, y: number): { x: number; y: number } => {
    const point = fromView(input, { x: x / CARRIED_SIZE, y: y / CARRIED_SIZE });
    return {
      x: Math.min(1, Math.max(0, point.x / image.width)),
      y: Math.min(1, Math.max(0, point.y / image.height)),
    };
  };
  const [from, to] = [
    corner(centerX - width / 2, centerY - height / 2),
    corner(centerX + width / 2, centerY + height / 2),
  ];
  const box = boxBetween(from.x, from.y, to.x, to.y);
  return box.width > 0 && box.height > 0 ? box : null;
}
