import type { Bitset } from './bitset.js';
import { BLOCK_ROWS, ImageRows } from './images.js';
import { ProductSlots } from './products.js';
import { MAX_BATCH, unpackPayloads, type Job } from './protocol.js';
import { Deletions } from './deletions.js';
import { type Approximation, contenders, scoreError, UNSEEN } from './ranking.js';
import { Scan } from './scan.js';
import { groupBy } from '../../platform/group-by.js';
import { examplesOf, page } from '../page.js';
import { dot, nearest } from '../vectors.js';
import type {
  Examples,
  IndexFilter,
  IndexMatch,
  IndexPoint,
  PointPayload,
  Revision,
  SearchRequest,
  SearchResult,
} from '../port.js';

/** For filters that pass a smaller part, copying the passing rows together first is cheaper than scanning all. */
const NARROW = 0.1;

/** How far a vector's squared length may be from 1: float32 rounding, and encoders that normalize in float16. */
const LENGTH_TOLERANCE = 1e-2;

/** A search, and the rows that pass its filter; undefined when all do. Searches for the same share their examples. */
interface Query {
  readonly request: SearchRequest;
  readonly examples: Examples;
  readonly matching: Bitset | undefined;
}

/**
 * The points of the embedded index, searched exactly in two steps: approximate scores of all rows in float32 by
 * matrix multiplication, then the true scores of the few products that can be on the page. A true score depends only
 * on its two vectors (not on the rest of the batch, nor on the machine), so a ranking can be continued at a score.
 */
export class Points {
  readonly #products = new ProductSlots();
  readonly #images: ImageRows;
  readonly #deletions = new Deletions();
  /** Buffer for the rows that pass a narrow filter. */
  readonly #gathered: Float32Array;
  readonly #error: number;

  private constructor(
    private readonly dimension: number,
    private readonly scan: Scan,
  ) {
    this.#images = new ImageRows(dimension);
    this.#gathered = new Float32Array(BLOCK_ROWS * dimension);
    this.#error = scoreError(dimension);
  }

  static async open(dimension: number): Promise<Points> {
    return new Points(dimension, await Scan.load(dimension));
  }

  get size(): number {
    return this.#images.size;
  }

  async search(requests: readonly SearchRequest[]): Promise<SearchResult[]> {
    const results: SearchResult[] = [];
    let batch: SearchRequest[] = [];
    let questions = new Map<unknown, Examples>();
    let columns = 0;
    for (const request of requests) {
      const asked = askedBy(request);
      if (!questions.has(asked)) {
        const examples = examplesOf(request);
        const width = widthOf(examples);
        if (columns + width > MAX_BATCH) {
          results.push(...(await this.#searchBatch(batch, questions)));
          questions = new Map();
          [batch, columns] = [[], 0];
        }
        questions.set(asked, examples);
        columns += width;
      }
      batch.push(request);
    }
    results.push(...(await this.#searchBatch(batch, questions)));
    return results;
  }

  /** All or nothing. @throws Error when a vector is not of unit length */
  upsert({ imageIds, productIds, vectors, packed, revision }: Extract<Job, { kind: 'upsert' }>): void {
    const vector = (i: number) => vectors.subarray(i * this.dimension, (i + 1) * this.dimension);
    for (const [i, imageId] of imageIds.entries()) {
      const length = dot(vector(i), vector(i));
      if (!(Math.abs(length - 1) <= LENGTH_TOLERANCE))
        throw new Error(
          `The vector of image ${imageId} is not of unit length (squared: ${length}): normalize it.`,
        );
    }
    const payloads = unpackPayloads(packed);
    const left = new Set<number>();
    const written = new Map<number, PointPayload>();
    for (const [i, imageId] of imageIds.entries()) {
      const [productId, payload] = [productIds[i], payloads[i]];
      if (productId === undefined || payload === undefined)
        throw new Error(`Image ${imageId} came without its product or its payload.`);
      if (this.#revision(imageId) > revision) continue;
      const slot = this.#products.take(productId);
      const image = this.#images.set(imageId, slot, vector(i));
      written.set(image.row, payload);
      if (image.left !== undefined) left.add(image.left);
    }
    this.#writePayloads(written, revision);
    this.#releaseEmpty(left);
  }

  setPayloads({ imageIds, productIds, packed, revision }: Extract<Job, { kind: 'setPayloads' }>): void {
    const payloads = unpackPayloads(packed);
    const written = new Map<number, PointPayload>();
    for (const [i, imageId] of imageIds.entries()) {
      const [row, payload] = [this.#images.row(imageId), payloads[i]];
      if (row === undefined || payload === undefined) continue;
      if (this.#productId(row) !== productIds[i] || this.#revision(imageId) > revision) continue;
      written.set(row, payload);
    }
    this.#writePayloads(written, revision);
  }

  deleteImages(imageIds: readonly number[], revision: Revision): void {
    const older = imageIds.filter((imageId) => this.#revision(imageId) < revision);
    this.#deletions.add(older, revision);
    this.#releaseEmpty(new Set(older.flatMap((imageId) => this.#images.delete(imageId) ?? [])));
  }

  forgetDeleted(before: Date): void {
    this.#deletions.forget(before);
  }

  /** Views of the points with the lowest image ids above `after`, by image id. */
  walk(after: number | null, limit: number): IndexPoint[] {
    return this.#images.lowestIds(after ?? -Infinity, limit).flatMap((imageId) => {
      const row = this.#images.row(imageId);
      return row === undefined ? [] : this.#point(row);
    });
  }

  /**
   * Views of all points, at most `count` at a time; writes may come in between. A point that is not written meanwhile
   * is among them: they go from the last row to the first, because rows only move to lower places.
   */
  *backward(count: number): Generator<IndexPoint[]> {
    for (let end = this.size; end > 0;) {
      const start = Math.max(0, end - count);
      yield Array.from({ length: end - start }, (_, i) => this.#point(start + i));
      end = Math.min(start, this.size);
    }
  }

  async close(): Promise<void> {
    await this.scan.close();
  }

  #writePayloads(written: ReadonlyMap<number, PointPayload>, revision: Revision): void {
    for (const [payload, entries] of groupBy(written, ([, ofRow]) => ofRow)) {
      this.#images.payloads.set(
        entries.map(([row]) => row),
        payload,
        revision,
      );
    }
  }

  /** Of the image's last write, or of its deletion. */
  #revision(imageId: number): Revision {
    const row = this.#images.row(imageId);
    return row === undefined ? this.#deletions.revision(imageId) : this.#images.payloads.revision(row);
  }

  #point(row: number): IndexPoint {
    return {
      imageId: this.#images.imageId(row),
      productId: this.#productId(row),
      vector: this.#images.vector(row),
      payload: this.#images.payloads.payload(row),
    };
  }

  #productId(row: number): number {
    return this.#products.productId(this.#images.slot(row));
  }

  /** The rows that pass the filter; undefined when all do. */
  #matching(filter: IndexFilter): Bitset | undefined {
    if (filter.clauses.length + filter.ranges.length + filter.excludeProducts.length === 0) return undefined;
    const matching = this.#images.payloads.matching(filter, this.#images.size);
    for (const productId of filter.excludeProducts) {
      const slot = this.#products.slot(productId);
      if (slot !== undefined) for (const row of this.#images.rowsOf(slot)) matching.delete(row);
    }
    return matching;
  }

  #releaseEmpty(slots: ReadonlySet<number>): void {
    for (const slot of slots) if (this.#images.rowsOf(slot).length === 0) this.#products.release(slot);
  }

  async #searchBatch(
    requests: readonly SearchRequest[],
    questions: ReadonlyMap<unknown, Examples>,
  ): Promise<SearchResult[]> {
    const matching = new Map<string, Bitset | undefined>();
    const queries = requests.map((request): Query => {
      const key = filterKey(request.filter);
      if (!matching.has(key)) matching.set(key, this.#matching(request.filter));
      const examples = questions.get(askedBy(request));
      if (examples === undefined) throw new Error('every request of a batch has its examples');
      return { request, examples, matching: matching.get(key) };
    });
    const results = new Map<Query, SearchResult>();
    const wide = queries.filter((query) => !this.#isNarrow(query.matching));
    for (const [query, result] of await this.#searchAll(wide)) results.set(query, result);
    for (const filtered of matching.values()) {
      if (filtered === undefined || !this.#isNarrow(filtered)) continue;
      const alike = queries.filter((query) => query.matching === filtered);
      for (const [query, result] of await this.#searchGathered(alike, filtered)) results.set(query, result);
    }
    return queries.flatMap((query) => results.get(query) ?? []);
  }

  #isNarrow(matching: Bitset | undefined): boolean {
    return matching !== undefined && matching.size < NARROW * this.#images.size;
  }

  /** Compares with every row, then applies the filters. */
  async #searchAll(queries: readonly Query[]): Promise<Map<Query, SearchResult>> {
    if (queries.length === 0) return new Map();
    const best = queries.map((query) => this.#unseen(query, this.#products.end));
    for (const block of this.#images.blocks())
      await this.#compare(queries, best, block.vectors, block.rows, block.slots, block.start);
    return new Map(queries.map((query, q) => [query, this.#rank(query, best[q])]));
  }

  /** Copies the rows that pass the queries' common filter together, and compares with those. */
  async #searchGathered(queries: readonly Query[], matching: Bitset): Promise<Map<Query, SearchResult>> {
    const passing = matching.toArray();
    const placeOf = new Map<number, number>();
    for (const row of passing) {
      const slot = this.#images.slot(row);
      if (!placeOf.has(slot)) placeOf.set(slot, placeOf.size);
    }
    const best = queries.map((query) => this.#unseen(query, placeOf.size));
    const places = new Int32Array(BLOCK_ROWS);
    let rows = 0;
    const compare = async () => {
      const vectors = this.#gathered.subarray(0, rows * this.dimension);
      await this.#compare(queries, best, vectors, rows, places, null);
      rows = 0;
    };
    for (const row of passing) {
      this.#gathered.set(this.#images.vector(row), rows * this.dimension);
      places[rows++] = placeOf.get(this.#images.slot(row)) ?? 0;
      if (rows === BLOCK_ROWS) await compare();
    }
    if (rows > 0) await compare();
    const slots = [...placeOf.keys()];
    return new Map(queries.map((query, q) => [query, this.#rank(query, best[q], slots)]));
  }

  #unseen({ examples }: Query, places: number): Approximation {
    const possible = new Float32Array(places).fill(UNSEEN);
    return { possible, sure: examples.negative.length === 0 ? possible : possible.slice() };
  }

  /**
   * Raises the best scores of each query by those of the rows, whose places these are. `start` is the first row; null
   * when all of them pass the filter.
   */
  async #compare(
    queries: readonly Query[],
    best: readonly Approximation[],
    vectors: Float32Array,
    rows: number,
    places: Int32Array,
    start: number | null,
  ): Promise<void> {
    const questions = [...new Set(queries.map(({ examples }) => examples))];
    const columns = questions.flatMap(({ positive, negative }) => [...positive, ...negative]);
    const scores = await this.scan.run(vectors, columns);
    const found = new Map<Examples, Approximation>();
    let column = 0;
    for (const examples of questions) {
      const width = widthOf(examples);
      const own = scores.subarray(column * rows, (column + width) * rows);
      found.set(examples, combine(own, rows, examples, this.#error));
      column += width;
    }
    for (const [q, { examples, matching }] of queries.entries()) {
      const [scored, known] = [found.get(examples), best[q]];
      if (scored === undefined || known === undefined) throw new Error('every query has its scores');
      const filter = start === null || matching === undefined ? undefined : { matching, start };
      keepBest(known.possible, scored.possible, places, filter);
      if (scored.sure !== scored.possible) keepBest(known.sure, scored.sure, places, filter);
    }
  }

  /** The page, from each product's best approximate score; `slots` names the products of those scores. */
  #rank(
    { request: { limit, after }, examples, matching }: Query,
    approximate: Approximation | undefined,
    slots?: readonly number[],
  ): SearchResult {
    if (approximate === undefined) throw new Error('every query has its scores');
    const places = contenders(approximate, limit, after, this.#error);
    const matches = places.flatMap((place) => this.#match(slots?.[place] ?? place, examples, matching) ?? []);
    return { ...page(matches, limit, after), strategy: 'EXACT' };
  }

  /** The product's best passing image by true score; ties go to the lowest id; null when no image counts. */
  #match(slot: number, { positive, negative }: Examples, matching: Bitset | undefined): IndexMatch | null {
    let imageId = Infinity;
    let score = -Infinity;
    for (const row of this.#images.rowsOf(slot)) {
      if (matching !== undefined && !matching.has(row)) continue;
      const id = this.#images.imageId(row);
      const vector = this.#images.vector(row);
      const similarity = nearest(vector, positive);
      if (similarity < score || (similarity === score && id > imageId)) continue;
      if (similarity > nearest(vector, negative)) [score, imageId] = [similarity, id];
    }
    return score === -Infinity ? null : { productId: this.#products.productId(slot), imageId, score };
  }
}

const askedBy = (request: SearchRequest): Float32Array | Examples =>
  'examples' in request ? request.examples : request.vector;

const widthOf = ({ positive, negative }: Examples): number => positive.length + negative.length;

/**
 * One score per row, from its scores with each positive and then each negative example, which it overwrites. A row
 * may count if a negative example may be as close as the positive ones, and does not count if one certainly is.
 */
function combine(
  scores: Float32Array,
  rows: number,
  { positive, negative }: Examples,
  error: number,
): Approximation {
  const nearestOf = (from: number, count: number): Float32Array => {
    const best = scores.subarray(from * rows, (from + 1) * rows);
    for (let other = from + 1; other < from + count; other++) {
      for (let row = 0; row < rows; row++) {
        const score = scores[other * rows + row] ?? UNSEEN;
        if (score > (best[row] ?? UNSEEN)) best[row] = score;
      }
    }
    return best;
  };
  const possible = nearestOf(0, positive.length);
  if (negative.length === 0) return { possible, sure: possible };
  const sure = nearestOf(positive.length, negative.length);
  for (let row = 0; row < rows; row++) {
    const lead = (possible[row] ?? 0) - (sure[row] ?? 0);
    sure[row] = lead > 2 * error ? (possible[row] ?? UNSEEN) : UNSEEN;
    if (lead < -2 * error) possible[row] = UNSEEN;
  }
  return { possible, sure };
}

/** Equal for equivalent filters. JSON alone would turn an infinite bound into null. */
function filterKey({ clauses, ranges, excludeProducts }: IndexFilter): string {
  const bounds = ranges.map(({ field, min, max }) => [field, String(min), String(max)]);
  return JSON.stringify([clauses, bounds, excludeProducts]);
}

/** Raises each product's best score by those of its rows, the first of which is `start`; without a filter, all count. */
function keepBest(
  best: Float32Array,
  scores: Float32Array,
  slots: Int32Array,
  filter: { readonly matching: Bitset; readonly start: number } | undefined,
): void {
  const words = filter?.matching.words;
  const start = filter?.start ?? 0;
  for (let i = 0; i < scores.length; i++) {
    const row = start + i;
    const slot = slots[i] ?? 0;
    if (words !== undefined && (((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 0) continue;
    const score = scores[i] ?? 0;
    if (score > (best[slot] ?? 0)) best[slot] = score;
  }
}
