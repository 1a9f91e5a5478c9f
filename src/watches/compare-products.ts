import type { ClientBase } from 'pg';
import { passesFilter } from '../projection/index-filter.js';
import { projectImages, readEmbeddedImages } from '../projection/projection.store.js';
import type { PointPayload } from '../vector-index/port.js';
import { type Match, noteLeft, noteMatches, readMatching } from './follow.store.js';
import { type Likenesses, type Picture, pictureOf } from './likenesses.js';
import { type Passing, readPassing, readPassingEach } from './passing.store.js';
import { Turns } from './turns.js';
import type { BookedWatch, WatchBook, WatchGroup } from './watch-book.js';

/** Few enough that what Postgres answers about them fits in memory, even if all have thousands of SKUs. */
const PROJECTED_AT_ONCE = 100;
/** Products per statement. */
const PROVEN_AT_ONCE = 250;
/** Different filters per statement, and the products that all of them are compared with. */
const FILTERS_AT_ONCE = 50;
const PRODUCTS_OF_FILTERS = 50;
/**
 * Pairs of a watch and a product in memory: about 20 MB. If more watches may match more products, what was found is noted
 * before the next products are compared.
 */
const PAIRS_AT_ONCE = 50_000;

interface ComparedImage {
  readonly productKey: number;
  readonly tags: ReadonlySet<string>;
  readonly numbers: PointPayload['numbers'];
  readonly picture: Picture;
}

/** What may match, before Postgres has proven it: watches with the best cosine, by group and product. */
class Candidates {
  readonly #byGroup = new Map<WatchGroup, Map<number, Map<BookedWatch, number | null>>>();
  #size = 0;

  /** Pairs of a watch and a product. */
  get size(): number {
    return this.#size;
  }

  entries(): Iterable<[WatchGroup, ReadonlyMap<number, ReadonlyMap<BookedWatch, number | null>>]> {
    return this.#byGroup;
  }

  add(group: WatchGroup, productKey: number, watch: BookedWatch, cosine: number | null): void {
    const products = this.#byGroup.get(group) ?? new Map<number, Map<BookedWatch, number | null>>();
    this.#byGroup.set(group, products);
    const watches = products.get(productKey) ?? new Map<BookedWatch, number | null>();
    products.set(productKey, watches);
    if (!watches.has(watch)) this.#size += 1;
    const best = watches.get(watch) ?? null;
    watches.set(watch, best === null || cosine === null ? cosine : Math.max(best, cosine));
  }
}

/** What a gateway has of the watches, so that a change of stock reads and compares none of them. */
export interface WatchesInMemory {
  readonly book: WatchBook;
  readonly likenesses: Likenesses;
}

/**
 * Compares products with all watches as they are now, and notes which begin to match, each with an event, and which no
 * longer do. Safe to repeat: what matches already is not told again. Tags and vectors decide in memory what Postgres proves.
 * Returns the number of events.
 */
export async function compareProducts(
  client: ClientBase,
  encoder: string,
  { book, likenesses }: WatchesInMemory,
  productKeys: readonly number[],
): Promise<number> {
  const turns = new Turns();
  const now = new Date();
  const atOnce = Math.max(1, Math.min(PROJECTED_AT_ONCE, Math.floor(PAIRS_AT_ONCE / (book.size + 1))));
  let candidates = new Candidates();
  let compared: (readonly number[])[] = [];
  let events = 0;
  const noteCompared = async (): Promise<void> => {
    events += await note(client, book, compared, await proveCandidates(client, candidates, now));
    candidates = new Candidates();
    compared = [];
  };
  for (const keys of chunks(productKeys, atOnce)) {
    const images = await readImages(client, encoder, keys);
    for (const group of book.groups) {
      await turns.take();
      for (const { productKey, picture, ...tagged } of images) {
        if (!passesFilter(group.filter, tagged)) continue;
        await turns.take();
        const { watches, cosines } = await likenesses.of(group, picture, turns);
        watches.forEach((watch, i) => {
          // What was deleted is no longer in the book.
          if (watch.excluded.has(productKey) || !book.has(watch.number)) return;
          candidates.add(group, productKey, watch, cosines[i] ?? null);
        });
      }
      for (const key of keys)
        for (const watch of group.products.get(key)?.values() ?? []) candidates.add(group, key, watch, null);
    }
    compared.push(keys);
    if (candidates.size >= PAIRS_AT_ONCE) await noteCompared();
  }
  await noteCompared();
  return events;
}

/** Notes what these products, a few at a time, match by now. Returns the number of events. */
async function note(
  client: ClientBase,
  book: WatchBook,
  compared: readonly (readonly number[])[],
  matches: ReadonlyMap<string, Match>,
): Promise<number> {
  const entered = new Map(matches);
  for (const keys of compared) {
    const matched = await readMatching(client, keys);
    for (const pair of matched) entered.delete(pairOf(pair));
    // Not of watches that this gateway does not have, because they are too new or of another encoder.
    const left = matched.filter((pair) => book.has(pair.watch) && !matches.has(pairOf(pair)));
    if (left.length > 0) await noteLeft(client, left);
  }
  return entered.size === 0 ? 0 : noteMatches(client, [...entered.values()]);
}

const pairOf = ({ watch, productKey }: Pick<Match, 'watch' | 'productKey'>): string =>
  `${watch} ${productKey}`;

const chunks = <T>(values: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));

/** The candidates that Postgres proves, by watch and product. */
async function proveCandidates(
  client: ClientBase,
  candidates: Candidates,
  now: Date,
): Promise<ReadonlyMap<string, Match>> {
  const matches = new Map<string, Match>();
  for (const questions of statementsFor(candidates)) {
    for (const { filter, productKey, amounts } of await askPostgres(client, questions)) {
      for (const [watch, cosine] of questions[filter]?.products.get(productKey) ?? []) {
        const amount = lowestWithin(amounts, watch);
        if (amount === null || watch.expiresAt <= now) continue;
        const match = { watch: watch.number, productKey, cosine, amount };
        matches.set(pairOf(match), match);
      }
    }
  }
  return matches;
}

/** What Postgres is asked: which of these products pass the filter of a group. */
interface Question {
  readonly group: WatchGroup;
  readonly productKeys: readonly number[];
  readonly products: ReadonlyMap<number, ReadonlyMap<BookedWatch, number | null>>;
}

/** The questions for all candidates, by statement: those about the same few products in one channel together. */
function* statementsFor(candidates: Candidates): Iterable<readonly Question[]> {
  const open = new Map<number, { questions: Question[]; productKeys: Set<number> }>();
  for (const [group, products] of candidates.entries()) {
    for (const productKeys of chunks([...products.keys()], PROVEN_AT_ONCE)) {
      const question = { group, productKeys, products };
      const { questions, productKeys: others } = open.get(group.channelKey) ?? {
        questions: [],
        productKeys: new Set<number>(),
      };
      const together = new Set([...others, ...productKeys]);
      if (questions.length === FILTERS_AT_ONCE || together.size > PRODUCTS_OF_FILTERS) {
        if (questions.length > 0) yield questions;
        open.set(group.channelKey, { questions: [question], productKeys: new Set(productKeys) });
      } else open.set(group.channelKey, { questions: [...questions, question], productKeys: together });
    }
  }
  for (const { questions } of open.values()) yield questions;
}

/** The products that pass, with the index of the question. */
async function askPostgres(
  client: ClientBase,
  questions: readonly Question[],
): Promise<readonly (Pick<Passing, 'productKey' | 'amounts'> & { readonly filter: number })[]> {
  const [first, ...others] = questions;
  if (first === undefined) return [];
  const { channelKey, condition } = first.group;
  if (others.length === 0) {
    const rows = await readPassing(client, channelKey, condition, first.productKeys);
    return rows.map((row) => ({ ...row, filter: 0 }));
  }
  const asked = questions.map(({ group, productKeys }) => ({ condition: group.condition, productKeys }));
  return readPassingEach(client, channelKey, asked);
}

/** The lowest price that a watch accepts; null when there is none. */
function lowestWithin(
  amounts: readonly number[],
  { minAmount, maxAmount }: Pick<BookedWatch, 'minAmount' | 'maxAmount'>,
): number | null {
  const accepted = amounts.filter(
    (amount) => amount >= (minAmount ?? -Infinity) && amount <= (maxAmount ?? Infinity),
  );
  return accepted.length === 0 ? null : Math.min(...accepted);
}

async function readImages(
  client: ClientBase,
  encoder: string,
  productKeys: readonly number[],
): Promise<ComparedImage[]> {
  const payloads = await projectImages(client, productKeys);
  const embedded = await readEmbeddedImages(client, encoder, { productKeys, imageIds: [] });
  return embedded.flatMap(({ imageId, productId, vector }) => {
    const payload = payloads.get(imageId)?.payload;
    if (payload === undefined) return [];
    return [
      {
        productKey: productId,
        tags: new Set(payload.tags),
        numbers: payload.numbers,
        picture: pictureOf(vector),
      },
    ];
  });
}
