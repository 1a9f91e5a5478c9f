import { LRUCache } from 'lru-cache';
import { limiter } from '../vision/limiter.js';
import { shrinkRaster } from '../vision/decode.js';
import type { Detection, Detector } from '../vision/detector.js';
import type { Encoder, Scene } from '../vision/encoder.js';
import { FIGURE_SIDE, findFigures, wholeFigure } from '../vision/figures.js';
import { isWorn, propose } from '../vision/proposals.js';
import type { Box } from '../vision/regions.js';

/** Things of an image that are looked at: what is smaller than so many others is hardly what it is about. */
export const MAX_ITEMS = 8;
/** The pages of a look, and looks at the same image, see once. Some regions of some kilobytes each. */
const CACHED = 500;

/** A part of an image with its vector (L2-normalized). */
export interface Region {
  readonly box: Box;
  readonly vector: Float32Array;
}

/** A place that is one thing or, in parts, two. */
export interface Candidate {
  readonly whole: Region;
  readonly parts: readonly Region[];
  readonly isCut: boolean;
  /** Whether nothing was told from the ground, so that this is all of the image. */
  readonly isAll: boolean;
  /** What a detector says that it is; null without one. */
  readonly detection: Detection | null;
}

/** Sees what may be things in an image: by a detector where one is configured, otherwise before the ground. */
export class RegionProposer {
  readonly #seen = new LRUCache<string, Promise<readonly Candidate[]>>({ max: CACHED });
  /** Telling figures from the ground is the event loop's own work: one at a time, between other requests. */
  readonly #inTurn = limiter(1);

  constructor(
    private readonly encoder: Encoder,
    private readonly detector: Detector | null,
  ) {}

  /** @throws RequestError IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED */
  propose(image: { readonly sha256: string; read(): Promise<Uint8Array> }): Promise<readonly Candidate[]> {
    const known = this.#seen.get(image.sha256);
    if (known !== undefined) return known;
    const seeing = image.read().then((bytes) => this.#look(bytes));
    this.#seen.set(image.sha256, seeing);
    seeing.catch(() => this.#seen.delete(image.sha256));
    return seeing;
  }

  async #look(bytes: Uint8Array): Promise<readonly Candidate[]> {
    const scene = await this.encoder.open(bytes);
    return this.detector === null ? this.#propose(scene) : this.#detect(scene, this.detector);
  }

  async #detect(scene: Scene, detector: Detector): Promise<readonly Candidate[]> {
    const detections = (await detector.detect(scene.raster)).slice(0, MAX_ITEMS);
    const vectors = await scene.encode(detections.map(({ box }) => box));
    return detections.flatMap((detection, i) => {
      const vector = vectors[i];
      if (vector === undefined) return [];
      return [{ whole: { box: detection.box, vector }, parts: [], isCut: false, isAll: false, detection }];
    });
  }

  async #propose(scene: Scene): Promise<readonly Candidate[]> {
    const small = await shrinkRaster(scene.raster, FIGURE_SIDE);
    const found = await this.#inTurn(async () => findFigures(small).slice(0, MAX_ITEMS));
    const isAll = found.length === 0;
    const figures = isAll ? [wholeFigure(small)] : found;
    const cells = figures.some(isWorn) ? await scene.cells() : null;
    const proposals = propose(figures, cells, scene.raster);
    const boxes = proposals.flatMap(({ whole, parts }) => [whole, ...parts]);
    const vectors = await scene.encode(boxes);
    const regions = boxes.flatMap((box, i) => {
      const vector = vectors[i];
      return vector === undefined ? [] : [{ box, vector }];
    });
    let next = 0;
    return proposals.flatMap(({ parts, isCut }) => {
      const [whole, ...own] = regions.slice(next, (next += 1 + parts.length));
      return whole === undefined ? [] : [{ whole, parts: own, isCut, isAll, detection: null }];
    });
  }
}
