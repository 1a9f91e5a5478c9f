import type { Schemas } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { toQdrantFilter } from './filter.js';
import { page } from '../page.js';
import type { IndexMatch, SearchRequest, SearchResult } from '../port.js';

/**
 * Maximum depth of a ranking, in points. Qdrant cannot continue below a score: each page queries again from the top,
 * at a cost that grows with the depth. 10,000 points are about 400 pages of 24 products; the ranking ends there.
 */
const MAX_DEPTH = 10_000;

/** Points requested per product: more than the number of images that share a place in most rankings. */
const POINTS_A_PRODUCT = 2;

/** Factor for the depth while a page is not full. */
const DEEPER = 4;

/** Candidates that a walk keeps: with the default of about 100, a filter of half the points finds 87 % of a page. */
const WALK_WIDTH = 512;

/** Candidates from the quantized vectors for each requested point; their true scores decide. */
const OVERSAMPLING = 2;

const scoredPoints = z.array(
  z.object({
    id: z.number(),
    score: z.number(),
    payload: z.object({ productId: z.number().optional() }),
  }),
);

/** The search of one request: it queries deeper and deeper until its page is full. */
export class QdrantSearch {
  readonly #filter: Schemas['Filter'] | null;
  #depth: number;
  #result: SearchResult | undefined;

  constructor(private readonly request: SearchRequest) {
    this.#filter = toQdrantFilter(request.filter);
    const products = (request.after?.rank ?? 0) + request.limit + 1;
    this.#depth = Math.min(MAX_DEPTH, products * POINTS_A_PRODUCT);
    if (this.#filter === null) this.#result = { matches: [], exhausted: true, strategy: 'EXACT' };
  }

  /** Undefined while Qdrant must be queried. */
  get result(): SearchResult | undefined {
    return this.#result;
  }

  /** The next query. */
  query(): Schemas['QueryRequest'] {
    const { clauses, ranges } = this.request.filter;
    return {
      query: toQuery(this.request),
      filter: this.#filter,
      limit: this.#depth,
      with_payload: ['productId'],
      params: {
        hnsw_ef: Math.max(WALK_WIDTH, this.#depth),
        quantization: { rescore: true, oversampling: OVERSAMPLING },
        // Graph edges follow single payload values; when several must hold, the walk needs ACORN to get through.
        ...(clauses.length + ranges.length > 1 && { acorn: { enable: true } }),
      },
    };
  }

  /** Processes the response: either the page is full, or the next query goes deeper. */
  take(answer: unknown): void {
    const points = scoredPoints.parse(answer).flatMap((point) => {
      const score = 'examples' in this.request ? toCosine(point.score) : point.score;
      return score === null ? [] : { ...point, score };
    });
    const isAll = points.length < this.#depth;
    const isDeepest = this.#depth === MAX_DEPTH;
    // Some of the products that share the last score may be beyond the cut.
    const cut = isAll || isDeepest ? -Infinity : (points.at(-1)?.score ?? -Infinity);
    const best = new Map<number, IndexMatch>();
    for (const { id: imageId, score, payload } of points) {
      const { productId } = payload;
      // A point without a product was deleted after it was found, and before its payload was read.
      if (score <= cut || productId === undefined) continue;
      const known = best.get(productId);
      if (known === undefined || (score === known.score && imageId < known.imageId))
        best.set(productId, { productId, imageId, score });
    }
    const { limit, after } = this.request;
    const { matches, exhausted } = page([...best.values()], limit, after);
    if (!exhausted || isAll || isDeepest) this.#result = { matches, exhausted, strategy: 'FILTERED_ANN' };
    else this.#depth = Math.min(MAX_DEPTH, this.#depth * DEEPER);
  }
}

function toQuery(request: SearchRequest): Schemas['QueryInterface'] {
  if ('vector' in request) return Array.from(request.vector);
  const [positive, negative] = [request.examples.positive, request.examples.negative].map((vectors) =>
    vectors.map((vector) => Array.from(vector)),
  );
  return { recommend: { positive: positive ?? [], negative: negative ?? [], strategy: 'best_score' } };
}

/**
 * The cosine similarity c to the nearest positive example, which Qdrant's strategy "best_score" returns as (c / (1 +
 * |c|) + 1) / 2; null when a negative one is as close, for which it returns a score below zero.
 */
function toCosine(score: number): number | null {
  if (score < 0) return null;
  const sigmoid = 2 * score - 1;
  return Math.fround(sigmoid / (1 - Math.abs(sigmoid)));
}
