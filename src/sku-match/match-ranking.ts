import { readLabelFacts } from '../identify/label-facts.store.js';
import type { LabelModel } from '../identify/label-model.js';
import { familiarity, VOTERS, voteOnTopCategory } from '../identify/vote.js';
import type { Queryable } from '../platform/postgres.js';
import {
  MATCH_ALL,
  type IndexFilter,
  type IndexMatch,
  type SearchResult,
  type VectorIndex,
} from '../vector-index/port.js';
import {
  SAME_PRODUCT_PROBABILITY,
  sameProductProbability,
  type SameProductModel,
} from '../search/probability/same-product.js';
import type { Ranking } from '../search/prove-page.js';
import { tag } from '../projection/tags.js';

interface MatchServices {
  readonly db: Queryable;
  readonly index: VectorIndex;
}

export interface MatchModels {
  readonly sameProduct: SameProductModel;
  /** Null for a catalog that is too small to determine what is close: then there are no substitutes. */
  readonly labels: LabelModel | null;
}

/**
 * Products to buy for the image with this vector: the same product, and products in the top category that its
 * neighbors vote for, if they are at least as similar to it as the catalog's products are to one another.
 */
export class MatchRanking implements Ranking {
  /** The nearest products of the whole catalog, in stock or not: they identify the same product, and vote. */
  #nearest: readonly IndexMatch[] = [];
  #category: string | null = null;

  constructor(
    private readonly services: MatchServices,
    private readonly models: MatchModels,
    private readonly vector: Float32Array,
  ) {}

  /** Defined once a product was proposed. */
  probabilityOf(match: Pick<IndexMatch, 'productId' | 'score'>): number {
    return sameProductProbability(this.models.sameProduct, match, this.#nearest);
  }

  isSame(match: Pick<IndexMatch, 'productId' | 'score'>): boolean {
    return this.probabilityOf(match) >= SAME_PRODUCT_PROBABILITY;
  }

  async propose(
    filter: IndexFilter,
    limit: number,
    after: Parameters<Ranking['propose']>[2],
  ): Promise<SearchResult> {
    if (after === null) return this.#start(filter, limit);
    if (this.#category === null) return { matches: [], exhausted: true, strategy: 'EXACT' };
    const inCategory = { ...filter, clauses: [...filter.clauses, [tag.category(this.#category)]] };
    const [result] = await this.services.index.search([
      { vector: this.vector, filter: inCategory, limit, after },
    ]);
    return this.#cut(result, (match) => this.#isNear(match));
  }

  /** One call to the index finds both what the image shows and what can be bought. */
  async #start(filter: IndexFilter, limit: number): Promise<SearchResult> {
    const { db, index } = this.services;
    const [catalog, sellable] = await index.search([
      { vector: this.vector, filter: MATCH_ALL, limit: VOTERS },
      { vector: this.vector, filter, limit },
    ]);
    this.#nearest = catalog?.matches ?? [];
    const facts = await readLabelFacts(
      db,
      [...this.#nearest, ...(sellable?.matches ?? [])].map(({ productId }) => productId),
    );
    const { labels } = this.models;
    if (labels !== null && familiarity(this.#nearest) >= labels.minFamiliarity)
      this.#category = voteOnTopCategory(this.#nearest, facts)?.value ?? null;
    return this.#cut(
      sellable,
      (match) =>
        this.isSame(match) ||
        (this.#isNear(match) && facts.get(match.productId)?.topCategory === this.#category),
    );
  }

  #isNear({ score }: IndexMatch): boolean {
    return this.#category !== null && score >= (this.models.labels?.minNearness ?? Infinity);
  }

  /** Products after one that is not close are not close either. */
  #cut(result: SearchResult | undefined, isWanted: (match: IndexMatch) => boolean): SearchResult {
    if (result === undefined) throw new Error('the index answers every request');
    const last = result.matches.at(-1);
    return {
      ...result,
      matches: result.matches.filter(isWanted),
      exhausted: result.exhausted || last === undefined || !this.#isNear(last),
    };
  }
}
