/** The side of the small picture by which frames are compared, in pixels. */
const SIDE = 24;
/** The mean difference of a pixel, of 255, from which a frame shows something else. */
const DIFFERENT = 9;

/** Says whether a frame differs from the last one that was kept. */
export class FrameFilter {
  #kept: Uint8ClampedArray | null = null;
  readonly #context: CanvasRenderingContext2D;

  /** @throws Error when the browser cannot draw */
  constructor() {
    const canvas = document.createElement('canvas');
    canvas.width = SIDE;
    canvas.height = SIDE;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('This browser cannot draw.');
    this.#context = context;
  }

  /** Keeps the frame if it shows something else than the kept one. */
  keep(frame: CanvasImageSource): boolean {
    this.#context.drawImage(frame, 0, 0, SIDE, SIDE);
    const { data } = this.#context.getImageData(0, 0, SIDE, SIDE);
    if (this.#kept !== null && difference(this.#kept, data) < DIFFERENT) return false;
    this.#kept = data;
    return true;
  }
}

/** The mean difference of two pictures of the same size, from 0 to 255. */
export function difference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1)
    sum += Math.abs((one[index] ?? 0) - (other[index] ?? 0));
  return one.length === 0 ? 0 : sum / one.length;
}
