import { RequestError } from '../../errors.js';
import { eachOf } from '../../platform/ahead.js';
import { OperatorError } from '../../platform/operator-error.js';
import type { BlobStore } from '../../platform/blob-store.js';
import type { Database } from '../../platform/postgres.js';
import type { Progress } from '../../platform/progress.js';
import { sameProductFeatures, type SameProductModel } from './same-product.js';
import { readImagesAfter } from '../../projection/projection.store.js';
import type { Encoder } from '../../vision/encoder.js';
import { ALTERATIONS } from './alterations.js';
import { calibrationError, reliability, type ReliabilityBin } from './calibration-error.js';
import { fitLogistic, predictHeldOut, type Observation } from './logistic.js';
import { readSample, type Sample, type SampledProduct } from './sample.store.js';

/** Fewer products say little about similar but different products. */
const MIN_PRODUCTS = 50;
/** Keeps the encoder's threads busy. */
const ENCODED_AT_ONCE = 8;
/** Images that are read from Postgres and compared at once: a few megabytes of vectors. */
const BATCH_SIZE = 2_000;

interface FitServices {
  readonly db: Database;
  readonly encoder: Encoder;
  readonly images: BlobStore;
  readonly progress: Progress;
}

/** An altered copy of a product's image, and its best matches. */
interface Copy {
  readonly productId: number;
  readonly vector: Float32Array;
  own: number;
  best: number;
  /** The best score of any product other than the one at `best`. */
  second: number;
  bestProduct: number | null;
}

export interface SameProductFit {
  readonly model: SameProductModel;
  /** Measured on products that the fit had not seen. */
  readonly reliability: readonly ReliabilityBin[];
}

/** Fits the probability that a match is the same product to the observations. */
export function fitSameProduct(observations: readonly Observation[]): SameProductFit {
  const probabilities = predictHeldOut(observations);
  const heldOut = observations.map(({ outcome }, i) => ({ probability: probabilities[i] ?? 0, outcome }));
  const [nothing = 0, closeness = 0, margin = 0] = fitLogistic(observations);
  return {
    model: {
      weights: [nothing, closeness, margin],
      calibrationError: calibrationError(heldOut),
      products: new Set(observations.map(({ group }) => group)).size,
    },
    reliability: reliability(heldOut),
  };
}

/**
 * Compares altered copies of images with their own product (the same), and with the closest match once that product
 * is left out (not the same). There are equally many of both: the probability is for a photo whose product is as
 * likely in the catalog as not.
 * @throws OperatorError too few products; the reason of `signal`
 */
export async function observeCopies(
  services: FitServices,
  sample: Sample,
  signal: AbortSignal,
): Promise<Observation[]> {
  const products = await readSample(services.db, services.encoder.id, sample);
  if (products.length < MIN_PRODUCTS) {
    throw new OperatorError(
      `${products.length} products have an image that ${services.encoder.id} has encoded; a calibration needs ${MIN_PRODUCTS}. Import more, or run \`npx vitrine reindex\` first.`,
    );
  }
  const copies = await encodeCopies(services, products, signal);
  await compareWithCatalog(services, copies, signal);
  return copies.flatMap(toObservations);
}

async function encodeCopies(
  { encoder, images, progress }: FitServices,
  products: readonly SampledProduct[],
  signal: AbortSignal,
): Promise<Copy[]> {
  const copies: Copy[] = [];
  const alterations = Object.values(ALTERATIONS);
  progress.start('Encoding altered copies', products.length * alterations.length);
  await eachOf(products, ENCODED_AT_ONCE, async ({ productId, sha256 }) => {
    signal.throwIfAborted();
    const bytes = await images.get(sha256);
    if (bytes === null)
      throw new OperatorError(
        'An image of the catalog is missing from VITRINE_DATA: run this with the VITRINE_DATA folder of the gateway.',
      );
    for (const alter of alterations) {
      try {
        const vector = await encoder.encode(await alter(Buffer.from(bytes)));
        copies.push({ productId, vector, own: -1, best: -1, second: -1, bestProduct: null });
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
      }
      progress.advance();
    }
  });
  progress.done();
  return copies;
}

/** For every copy, finds the best image of its own product and of two others: exactly, over the whole catalog. */
async function compareWithCatalog(
  { db, encoder, progress }: FitServices,
  copies: readonly Copy[],
  signal: AbortSignal,
): Promise<void> {
  progress.start('Comparing the copies with all images', null);
  for (let after = 0; ;) {
    signal.throwIfAborted();
    const images = await readImagesAfter(db, encoder.id, after, BATCH_SIZE);
    for (const { productId, vector } of images) {
      for (const copy of copies) take(copy, productId, cosine(copy.vector, vector));
    }
    progress.advance(images.length);
    const last = images.at(-1);
    if (last === undefined) break;
    after = last.imageId;
  }
  progress.done();
}

function take(copy: Copy, productId: number, score: number): void {
  if (productId === copy.productId) copy.own = Math.max(copy.own, score);
  else if (productId === copy.bestProduct) copy.best = Math.max(copy.best, score);
  else if (score > copy.best) {
    copy.second = copy.best;
    copy.best = score;
    copy.bestProduct = productId;
  } else copy.second = Math.max(copy.second, score);
}

function toObservations({ productId: group, own, best, second }: Copy): Observation[] {
  return [
    { features: sameProductFeatures(own, best), outcome: true, group },
    { features: sameProductFeatures(best, second), outcome: false, group },
  ];
}

/** Both are L2-normalized. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
