import { readCalibration } from '../calibration/calibration.store.js';
import DataLoader from 'dataloader';
import type { Queryable } from '../platform/postgres.js';
import { readImageVectors } from './embedding.store.js';
import type { QueryVector } from './query-vector.js';
import { MATCH_ALL, type IndexMatch, type VectorIndex } from './index.js';
import { sameProductModel, sameProductProbability, type SameProductModel } from './same-product.js';

/** `vitrine calibrate` is run once in months; its result takes effect without a restart. */
const KEPT_MS = 30_000;

interface ProbabilityServices {
  readonly db: Queryable;
  readonly index: VectorIndex;
  readonly encoderId: string;
  readonly sameProducts: SameProducts;
}

/** How likely a match is the very product in the image: fitted to this catalog, else as the encoder ships it. */
export class SameProducts {
  #kept: { readonly until: number; readonly model: Promise<SameProductModel | null> } | null = null;

  constructor(
    private readonly db: Queryable,
    private readonly encoder: string,
    private readonly shipped: SameProductModel | null,
  ) {}

  /** Null where neither the catalog nor the encoder has been calibrated. */
  model(): Promise<SameProductModel | null> {
    if (this.#kept === null || this.#kept.until < Date.now()) {
      const model = this.#read();
      const kept = { until: Date.now() + KEPT_MS, model };
      this.#kept = kept;
      model.catch(() => {
        if (this.#kept === kept) this.#kept = null;
      });
    }
    return this.#kept.model;
  }

  async #read(): Promise<SameProductModel | null> {
    const fitted = await readCalibration(this.db, this.encoder, 'same_product');
    return fitted === null ? this.shipped : sameProductModel.parse(fitted.model);
  }
}

/** The probability that a match is the very product that the query shows. */
export type ProbabilityOf = (match: IndexMatch) => Promise<number>;

/**
 * For the matches of one query. What they are measured by, the two best products of the whole catalog, is asked for
 * once, and only if somebody wants to know: so a probability is the same on every page and under every filter, and
 * however much color counts in the ranking.
 */
export function probabilitiesOf(
  { db, index, encoderId, sameProducts }: ProbabilityServices,
  { vector, plain }: Pick<QueryVector, 'vector' | 'plain'>,
): ProbabilityOf {
  let asked: Promise<[SameProductModel | null, readonly IndexMatch[]]> | null = null;
  const ask = async (): Promise<[SameProductModel | null, readonly IndexMatch[]]> => {
    if (plain === null) return [null, []];
    const [model, [nearest]] = await Promise.all([
      sameProducts.model(),
      index.search([{ vector: plain, filter: MATCH_ALL, limit: 2 }]),
    ]);
    return [model, nearest?.matches ?? []];
  };
  const vectors = new DataLoader<number, Float32Array | null>(async (imageIds) => {
    const found = await readImageVectors(db, encoderId, imageIds);
    return imageIds.map((id) => found.get(id) ?? null);
  });
  const cosineOf = async ({ imageId, score }: IndexMatch): Promise<number> => {
    if (plain === null || plain === vector) return score;
    const image = await vectors.load(imageId);
    return image?.reduce((sum, value, i) => sum + value * (plain[i] ?? 0), 0) ?? -1;
  };
  return async (match) => {
    const [[model, nearest], score] = await Promise.all([(asked ??= ask()), cosineOf(match)]);
    return sameProductProbability(model, { productId: match.productId, score }, nearest);
  };
}
