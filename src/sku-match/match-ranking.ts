import { readLabelFacts } from '../identify/label-facts.store.js';
import type { LabelModel } from '../identify/label-model.js';
import { familiarity, voteOnTopCategory } from '../identify/vote.js';
import { VOTERS } from '../identify/voters.js';
import type { Queryable } from '../platform/postgres.js';
import {
  type Asked,
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
import type { RankedPage, Ranking } from '../search/prove-page.js';
import { toRequest } from '../vector-index/page.js';
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
 * Products to buy for an image: the same product, and products in the top category that its
 * neighbors vote for, if they are at least as similar to it as the catalog's products are to one another.
 */
export class MatchRanking implements Ranking {
  /** The nearest products of the whole catalog, in stock or not: they identify the same product, and vote. */
  #nearest: readonly IndexMatch[] = [];
  #category: string | null = null;

  constructor(
    private readonly services: MatchServices,
    private readonly models: MatchModels,
    private readonly asked: Asked,
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
  ): Promise<RankedPage> {
    if (after === null) return this.#start(filter, limit);
    if (this.#category === null) return { matches: [], exhausted: true, strategy: 'EXACT' };
    const inCategory = { ...filter, clauses: [...filter.clauses, [tag.category(this.#category)]] };
    const [result] = await this.services.index.search([
      { ...toRequest(this.asked), filter: inCategory, limit, after },
    ]);
    return this.#cut(result, (match) => this.#isNear(match));
  }

  /** One call to the index finds both what the image shows and what can be bought. */
  async #start(filter: IndexFilter, limit: number): Promise<RankedPage> {
    const { db, index } = this.services;
    const asked = toRequest(this.asked);
    const [catalog, sellable] = await index.search([
      { ...asked, filter: MATCH_ALL, limit: VOTERS },
      { ...asked, filter, limit },
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
      this.#recognized(sellable),
      (match) =>
        this.isSame(match) ||
        (this.#isNear(match) && facts.get(match.productId)?.topCategory === this.#category),
    );
  }

  /**
   * What can be bought, by the picture of each product that is closest to the image, even if that shows a color that
   * cannot be bought: it says which product the image shows, and how the SKU to buy differs.
   */
  #recognized(sellable: SearchResult | undefined): RankedPage | undefined {
    if (sellable === undefined) return undefined;
    const { matches, exhausted } = sellable;
    const closest = new Map(this.#nearest.map((match) => [match.productId, match]));
    const found = new Set(matches.map(({ productId }) => productId));
    // The other pictures of the same product may be further down; if it is sold out, the proof drops it.
    const missing = exhausted
      ? []
      : this.#nearest.filter((match) => !found.has(match.productId) && this.isSame(match));
    const last = matches.at(-1);
    return {
      ...sellable,
      matches: [...matches.map((match) => closest.get(match.productId) ?? match), ...missing].sort(
        (a, b) => b.score - a.score || a.productId - b.productId,
      ),
      ...(last && { reached: { score: last.score, productId: last.productId, rank: matches.length } }),
    };
  }

  #isNear({ score }: Pick<IndexMatch, 'score'>): boolean {
    return this.#category !== null && score >= (this.models.labels?.minNearness ?? Infinity);
  }

  /** Products after one that is not close are not close either. */
  #cut(result: RankedPage | undefined, isWanted: (match: IndexMatch) => boolean): RankedPage {
    if (result === undefined) throw new Error('the index answers every request');
    const last = result.reached ?? result.matches.at(-1);
    return {
      ...result,
      matches: result.matches.filter(isWanted),
      exhausted: result.exhausted || last === undefined || !this.#isNear(last),
    };
  }
}
