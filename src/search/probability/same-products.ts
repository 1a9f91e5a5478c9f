import { readCalibration } from './calibration.store.js';
import DataLoader from 'dataloader';
import { inBackground } from '../../platform/clients.js';
import type { Queryable } from '../../platform/postgres.js';
import { readImageVectors } from '../../images/embedding.store.js';
import { MATCH_ALL, type IndexMatch, type VectorIndex } from '../../vector-index/port.js';
import type { QueryVector } from '../query/query-vector.js';
import { sameProductModel, sameProductProbability, type SameProductModel } from './same-product.js';
import { nearest } from '../../vector-index/vectors.js';

/** `vitrine calibrate` runs once in months; its result takes effect without a restart. */
const KEPT_MS = 30_000;

interface ProbabilityServices {
  readonly db: Queryable;
  readonly index: VectorIndex;
  readonly encoderId: string;
  readonly sameProducts: SameProducts;
}

/**
 * How likely a match is the same product: the calibration of this catalog, or else the one included with the encoder.
 */
export class SameProducts {
  #kept: { readonly until: number; readonly model: Promise<SameProductModel | null> } | null = null;

  constructor(
    private readonly db: Queryable,
    private readonly encoder: string,
    private readonly shipped: SameProductModel | null,
  ) {}

  /** Null when neither the catalog nor the encoder has a calibration. */
  model(): Promise<SameProductModel | null> {
    if (this.#kept === null || this.#kept.until < Date.now()) {
      const model = inBackground(() => this.#read());
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

/** The probability that a match is the same product as in the query; null when nothing can be claimed. */
export type ProbabilityOf = (match: IndexMatch) => Promise<number | null>;

/**
 * For the matches of one query. They are compared with the two best products of the whole catalog, which are searched
 * once, and only if a client asks for probabilities and the products are not `known`. So a probability is the same on
 * every page and under every filter, and whatever the share of color in the ranking.
 */
export function probabilitiesOf(
  { db, index, encoderId, sameProducts }: ProbabilityServices,
  { asked: ranked, plain }: Pick<QueryVector, 'asked' | 'plain'>,
  known?: readonly IndexMatch[],
): ProbabilityOf {
  const shown = plain === null ? [] : plain instanceof Float32Array ? [plain] : plain.positive;
  let asked: Promise<[SameProductModel | null, readonly IndexMatch[]]> | null = null;
  const ask = async (): Promise<[SameProductModel | null, readonly IndexMatch[]]> => {
    if (shown.length === 0) return [null, []];
    // The negative examples of a board are left out: excluding a product does not make another one more certain.
    const examples = { positive: shown, negative: [] };
    const [model, nearest] = await Promise.all([
      sameProducts.model(),
      known ?? index.search([{ examples, filter: MATCH_ALL, limit: 2 }]).then(([best]) => best?.matches),
    ]);
    return [model, nearest ?? []];
  };
  const vectors = new DataLoader<number, Float32Array | null>(async (imageIds) => {
    const found = await readImageVectors(db, encoderId, imageIds);
    return imageIds.map((id) => found.get(id) ?? null);
  });
  const cosineOf = async ({ imageId, score }: IndexMatch): Promise<number> => {
    if (plain === null || plain === ranked) return score;
    const image = await vectors.load(imageId);
    return image === null ? -1 : nearest(image, shown);
  };
  return async (match) => {
    const [[model, best], score] = await Promise.all([(asked ??= ask()), cosineOf(match)]);
    return model === null ? null : sameProductProbability(model, { productId: match.productId, score }, best);
  };
}
