import { LRUCache } from 'lru-cache';
import { BOX_COST } from '../images/image-input.types.js';
import type { QueryImage } from '../images/query-image.js';
import { SharedWork } from '../platform/shared-work.js';
import { isOfImage } from '../vision/decode-errors.js';
import { requestPayer } from '../platform/request-payer.js';
import { limiter } from '../vision/limiter.js';
import { shrinkRaster } from '../vision/raster.js';
import type { Bodies, FoundPeople } from '../vision/bodies/bodies.js';
import type { BodyPart } from '../vision/bodies/worn.js';
import type { Detection, Detector } from '../vision/detector.js';
import type { Encoder, Scene } from '../vision/encoder.js';
import { FIGURE_SIDE, findFigures, wholeFigure } from '../vision/figures.js';
import { isWorn, propose } from '../vision/proposals.js';
import { areaOf, type Box } from '../vision/regions.js';

/** Maximum number of items; when this many are larger, an item is hardly what the image is about. */
export const MAX_ITEMS = 8;
/**
 * Images whose regions are cached for the pages of a look and for other looks at the same image. A few regions of a
 * few kilobytes each.
 */
const CACHED = 500;

/** Parts of an image that the cost of a look covers. */
const INCLUDED_PARTS = 4;

/** A part of an image with its vector (L2-normalized). */
export interface Region {
  readonly box: Box;
  readonly vector: Float32Array;
}

/** A place that is one item or, in parts, two. */
export interface Candidate {
  readonly whole: Region;
  readonly parts: readonly Region[];
  readonly isCut: boolean;
  /** Whether no figure stood out from the background, so that this is the whole image. */
  readonly isAll: boolean;
  /** What a detector found here; null if the region was proposed otherwise. */
  readonly detection: Detection | null;
  /** Where on a person's body it hangs; null if it was not found on a body. */
  readonly part: BodyPart | null;
}

/**
 * Proposes regions of an image: with a detector if there is one. Otherwise by what the people in it wear and carry, and
 * without people by what stands out from the background.
 */
export class RegionProposer {
  readonly #seen = new LRUCache<string, readonly Candidate[]>({ max: CACHED });
  readonly #looking = new SharedWork<readonly Candidate[]>(isOfImage);
  /** Finding figures runs on the event loop: one image at a time, between other requests. */
  readonly #inTurn = limiter(1);

  constructor(
    private readonly encoder: Pick<Encoder, 'open'>,
    private readonly detector: Detector | null,
    private readonly bodies: Bodies | null,
  ) {}

  /** @throws RequestError IMAGE_NOT_FOUND, IMAGE_TOO_LARGE, IMAGE_UNDECODABLE, SERVICE_OVERLOADED, THROTTLED */
  async propose(image: Pick<QueryImage, 'sha256' | 'read'>): Promise<readonly Candidate[]> {
    const known = this.#seen.get(image.sha256);
    if (known !== undefined) return known;
    return this.#looking.get(image.sha256, async () => {
      const found = await this.look(paidScene(await this.encoder.open(await image.read())));
      this.#seen.set(image.sha256, found);
      return found;
    });
  }

  /** The same without a cache, of an image in memory. @throws RequestError SERVICE_OVERLOADED */
  async look(scene: Scene): Promise<readonly Candidate[]> {
    if (this.detector !== null) return this.#detect(scene, this.detector);
    const found = await this.bodies?.open(scene.raster);
    return found !== undefined && found.people.length > 0 ? this.#dress(scene, found) : this.#propose(scene);
  }

  /** What people wear and carry, largest first. */
  async #dress(scene: Scene, { people, carried }: FoundPeople): Promise<Candidate[]> {
    const encode = async (
      items: readonly (Pick<Candidate, 'part' | 'detection'> & { readonly box: Box })[],
    ): Promise<Candidate[]> => {
      const largest = [...items].sort((a, b) => areaOf(b.box) - areaOf(a.box)).slice(0, MAX_ITEMS);
      const vectors = await scene.encode(largest.map(({ box }) => box));
      return largest.flatMap(({ box, part, detection }, i) => {
        const vector = vectors[i];
        if (vector === undefined) return [];
        return [{ whole: { box, vector }, parts: [], isCut: false, isAll: false, detection, part }];
      });
    };
    const worn = people.flatMap((person) => person.worn);
    const [dressed, things] = await Promise.all([
      encode(worn.map((item) => ({ ...item, detection: null }))),
      carried().then((found) => encode(found.map((one) => ({ box: one.box, part: null, detection: one })))),
    ]);
    return [...dressed, ...things]
      .sort((a, b) => areaOf(b.whole.box) - areaOf(a.whole.box))
      .slice(0, MAX_ITEMS);
  }

  async #detect(scene: Scene, detector: Detector): Promise<readonly Candidate[]> {
    const detections = (await detector.detect(scene.raster)).slice(0, MAX_ITEMS);
    const vectors = await scene.encode(detections.map(({ box }) => box));
    return detections.flatMap((detection, i) => {
      const vector = vectors[i];
      if (vector === undefined) return [];
      return [
        {
          whole: { box: detection.box, vector },
          parts: [],
          isCut: false,
          isAll: false,
          detection,
          part: null,
        },
      ];
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
      return whole === undefined ? [] : [{ whole, parts: own, isCut, isAll, detection: null, part: null }];
    });
  }
}

/** The scene, whose parts are paid for beyond those that the cost of a look covers. */
function paidScene(scene: Scene): Scene {
  let included = INCLUDED_PARTS;
  return {
    ...scene,
    async encode(boxes) {
      const more = boxes.length - included;
      included = Math.max(0, -more);
      if (more > 0) requestPayer()?.pay(more * BOX_COST);
      return scene.encode(boxes);
    },
  };
}
