import { fromView, toView, type PixelFormat, type Point, type SquareView } from './square-view.js';

/** Side of the landmarks' input, and of the silhouette; its pixels are from 0 to 1. */
export const LANDMARKS_SIZE = 256;
export const LANDMARKS_FORMAT: PixelFormat = {
  scale: [1 / 255, 1 / 255, 1 / 255],
  shift: [0, 0, 0],
  reversed: false,
};

/** Indices of BlazePose's landmarks (Bazarevsky et al. 2020). Left and right are the person's own. */
export const LANDMARK = {
  nose: 0,
  leftEye: 2,
  rightEye: 5,
  mouthLeft: 9,
  mouthRight: 10,
  leftShoulder: 11,
  rightShoulder: 12,
  leftElbow: 13,
  rightElbow: 14,
  leftWrist: 15,
  rightWrist: 16,
  leftHip: 23,
  rightHip: 24,
  leftKnee: 25,
  rightKnee: 26,
  leftAnkle: 27,
  rightAnkle: 28,
  leftHeel: 29,
  rightHeel: 30,
  leftFoot: 31,
  rightFoot: 32,
} as const;
export type Landmark = keyof typeof LANDMARK;

/** Numbers of a landmark: x, y, and z in pixels of the input, then visibility and presence before the logistic function. */
const NUMBERS = 5;
const VISIBILITY_AT = 3;
/** A person's body in an image. */
export interface Pose {
  /** From 0 to 1: how certain it is that the square shows a person. */
  readonly presence: number;
  /** In pixels of the image; also outside of it, where the body is guessed. */
  at(landmark: Landmark): Point;
  /** From 0 to 1: how certain it is that this part is in the image and that nothing hides it. */
  visibility(landmark: Landmark): number;
  /** Whether the person covers this pixel of the image. */
  covers(point: Point): boolean;
}

/**
 * Reads BlazePose's landmarks.
 *
 * @param landmarks [1, 195], of which the first 33 points of five numbers are the body's
 * @param silhouette [1, 1, 256, 256], before the logistic function
 */
export function readPose(
  landmarks: Float32Array,
  presence: Float32Array,
  silhouette: Float32Array,
  view: SquareView,
): Pose {
  return {
    presence: presence[0] ?? 0,
    at(landmark) {
      const start = LANDMARK[landmark] * NUMBERS;
      const [x = 0, y = 0] = landmarks.subarray(start, start + 2);
      return fromView(view, { x: x / LANDMARKS_SIZE, y: y / LANDMARKS_SIZE });
    },
    visibility(landmark) {
      return logistic(landmarks[LANDMARK[landmark] * NUMBERS + VISIBILITY_AT] ?? -Infinity);
    },
    covers(point) {
      const { x, y } = toView(view, point);
      const [column, row] = [Math.floor(x * LANDMARKS_SIZE), Math.floor(y * LANDMARKS_SIZE)];
      if (column < 0 || row < 0 || column >= LANDMARKS_SIZE || row >= LANDMARKS_SIZE) return false;
      return (silhouette[row * LANDMARKS_SIZE + column] ?? 0) > 0;
    },
  };
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
