import { RegionProposer } from '../look/region-proposer.js';
import { openBodies } from '../vision/bodies/bodies.js';
import { readDetector } from '../vision/detector.manifest.js';
import { openDetector } from '../vision/detector.js';
import type { OpenEncoder } from '../vision/encoder.js';
import type { Raster } from '../vision/raster.js';
import type { Box } from '../vision/regions.js';

/** What proposes regions when no detector is configured. */
const INCLUDED = 'included';

/** Where regions are does not depend on their vectors, and nothing else is read of them. */
const NO_VECTOR = new Float32Array();

/** The region proposer of `look`, as an attacker asks it. */
export interface Regions {
  /** Of the detector, `name@version` and the SHA-256 of its model; or `included`. */
  readonly id: string;
  /**
   * The regions of a picture, largest first, before `look` leaves out what is like no product. None when nothing stands
   * out and the whole picture would be looked at.
   */
  find(picture: Raster): Promise<readonly Box[]>;
  close(): Promise<void>;
}

export interface RegionsOptions {
  readonly encoder: Pick<OpenEncoder, 'open'>;
  /** VITRINE_DETECTOR; null: what is included. */
  readonly detectorFolder: string | null;
  readonly threads: number;
  readonly log: { error(details: object, message: string): void };
}

/** Opens the region proposer that is configured. @throws OperatorError a detector that cannot be used */
export async function openRegions({
  encoder,
  detectorFolder,
  threads,
  log,
}: RegionsOptions): Promise<Regions> {
  if (detectorFolder === null) {
    const bodies = await openBodies({ log, threads });
    return regionsOf(INCLUDED, new RegionProposer(encoder, null, bodies), () => bodies.close());
  }
  const { manifest } = await readDetector(detectorFolder);
  const detector = await openDetector(detectorFolder, log);
  const id = `${manifest.name}@${manifest.version} ${manifest.files['model.onnx'].sha256}`;
  return regionsOf(id, new RegionProposer(encoder, detector, null), () => detector.close());
}

const regionsOf = (id: string, proposer: RegionProposer, close: () => Promise<void>): Regions => ({
  id,
  async find(raster) {
    const candidates = await proposer.look({
      raster,
      encode: async (boxes) => boxes.map(() => NO_VECTOR),
      cells: async () => null,
    });
    return candidates.filter(({ isAll }) => !isAll).map(({ whole }) => whole.box);
  },
  close,
});
