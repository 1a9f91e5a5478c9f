import { cosine, type Catalog } from './catalog.js';
import { PAGE } from './contender.js';
import { mayMatch } from './matching.js';
import type { Search } from './runbook.js';

/**
 * Two similarities that differ by less may change places: systems store vectors in float32, and add up in another order.
 */
const TIE = 1e-6;

/** An answer, and what was true around it. */
export interface Answered {
  readonly search: Search;
  readonly answer: readonly number[];
  /** The products that matched in a snapshot taken before the question was sent. */
  readonly before: ReadonlySet<number>;
  /** Those that matched in a snapshot taken after the answer was received. */
  readonly after: ReadonlySet<number>;
  /** Those with a change on its way at any moment between the two snapshots. */
  readonly doubtful: ReadonlySet<number>;
}

export interface Verdict {
  /** Products in the answer. */
  readonly shown: number;
  /** Of those, how many matched at no moment of the answer. */
  readonly leaks: number;
  /** Of the leaks, those that no change of stock or price could make match: the filter was not applied. */
  readonly filterLeaks: number;
  /** Products that matched at every moment and belong on the page, whatever the doubtful ones did. */
  readonly required: number;
  /** Of those, how many the answer does not have. */
  readonly misses: number;
  /** Whether the answer has fewer products than a page, and than matched at every moment. */
  readonly isShort: boolean;
  /** Products that might have matched, and whose change was on its way: judged neither as leaks nor as misses. */
  readonly doubtful: number;
}

/**
 * Judges an answer in favor of who gave it: what may have been true at one moment of it is no leak, and only what was
 * true at every moment is missed.
 * @throws Error when it is no answer: a product twice, too many, or one that the catalog does not have
 */
export function judge(catalog: Catalog, { search, answer, before, after, doubtful }: Answered): Verdict {
  assertAnswer(catalog, answer);
  const maybe = new Set(
    [...doubtful].filter((id) => {
      const product = catalog.products[id - 1];
      return product !== undefined && mayMatch(product, search.where);
    }),
  );
  const possible = new Set([...before, ...after, ...maybe]);
  const certain = new Set([...before].filter((id) => after.has(id) && !maybe.has(id)));
  const required = requiredOf(catalog, search, possible).filter((id) => certain.has(id));
  const shown = new Set(answer);
  const leaks = answer.filter((id) => !possible.has(id));
  return {
    shown: answer.length,
    leaks: leaks.length,
    filterLeaks: leaks.filter((id) => {
      const product = catalog.products[id - 1];
      return product === undefined || !mayMatch(product, search.where);
    }).length,
    required: required.length,
    misses: required.filter((id) => !shown.has(id)).length,
    isShort: answer.length < Math.min(PAGE, certain.size),
    doubtful: maybe.size,
  };
}

/** The most similar of them that fill a page; without those that are as similar as the first one that does not fit. */
function requiredOf(
  { queries, vectors }: Catalog,
  { query }: Search,
  possible: ReadonlySet<number>,
): number[] {
  const asked = queries[query]?.vector;
  if (asked === undefined) throw new RangeError(`There is no query ${query}.`);
  const scored = [...possible].map((id) => {
    const vector = vectors[id - 1];
    return { id, score: vector === undefined ? -Infinity : cosine(asked, vector) };
  });
  scored.sort((a, b) => b.score - a.score);
  const next = scored[PAGE]?.score ?? -Infinity;
  return scored
    .slice(0, PAGE)
    .filter(({ score }) => score > next + TIE)
    .map(({ id }) => id);
}

function assertAnswer({ products }: Catalog, answer: readonly number[]): void {
  if (answer.length > PAGE) throw new Error(`An answer has ${answer.length} products; a page has ${PAGE}.`);
  if (new Set(answer).size < answer.length)
    throw new Error(`An answer has a product twice: ${answer.join(', ')}.`);
  const unknown = answer.find((id) => products[id - 1] === undefined);
  if (unknown !== undefined)
    throw new Error(`An answer has a product that is not in the catalog: ${unknown}.`);
}
