import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeCatalog, type Catalog } from '../../bench/churn/catalog.js';
import { PAGE } from '../../bench/churn/contender.js';
import { judge } from '../../bench/churn/judge.js';
import { makeChanges, makeSearches, type Search, type Where } from '../../bench/churn/runbook.js';

const SETTINGS = { seed: 'a seed', products: 300, dimension: 16 };

let catalog: Catalog;
/** All products, most similar to the first query first. */
let ranked: number[];
beforeAll(() => {
  catalog = makeCatalog(SETTINGS);
  const asked = catalog.queries[0]?.vector ?? new Float32Array();
  const score = (id: number): number =>
    asked.reduce((sum, x, i) => sum + x * (catalog.vectors[id - 1]?.[i] ?? 0), 0);
  ranked = catalog.products.map(({ id }) => id).sort((a, b) => score(b) - score(a));
});

const search = (where: Where = {}): Search => ({ shape: 'in stock', market: 'eu', query: 0, where });
const best = (): number[] => ranked.slice(0, PAGE);
const place = (n: number): number => ranked[n - 1] ?? 0;
const nobody = new Set<number>();

describe('the runbook', () => {
  test('is the same for the same seed, and another for another', () => {
    const again = makeCatalog(SETTINGS);
    expect(again).toEqual(catalog);
    expect(makeSearches(again, 'a', 50)).toEqual(makeSearches(catalog, 'a', 50));
    expect(makeSearches(catalog, 'b', 50)).not.toEqual(makeSearches(catalog, 'a', 50));
    expect(firstChanges('a', 0)).toEqual(firstChanges('a', 0));
    expect(firstChanges('b', 0)).not.toEqual(firstChanges('a', 0));
    expect(makeCatalog({ ...SETTINGS, seed: 'b' })).not.toEqual(catalog);
  });

  test('never lets two writers change one product, nor a probed one', () => {
    const [one, two] = [0, 1].map(
      (writer) => new Set(firstChanges('a', writer).map(({ product }) => product)),
    );
    expect([...(one ?? [])].filter((product) => two?.has(product))).toEqual([]);
    const probed = catalog.probes.map(({ product }) => product.id);
    expect(probed.filter((product) => one?.has(product) === true || two?.has(product) === true)).toEqual([]);
  });

  test('has vectors in clusters: garments of a category are more alike than others', () => {
    const likeness = (same: boolean): number => {
      const pairs = catalog.products.flatMap((a, i) =>
        catalog.products.slice(i + 1, i + 40).flatMap((b) => {
          const [x, y] = [catalog.vectors[a.id - 1], catalog.vectors[b.id - 1]];
          if (x === undefined || y === undefined || (a.category === b.category) !== same) return [];
          return [x.reduce((sum, value, d) => sum + value * (y[d] ?? 0), 0)];
        }),
      );
      return pairs.reduce((sum, one) => sum + one, 0) / pairs.length;
    };
    expect(likeness(true)).toBeGreaterThan(likeness(false) + 0.2);
  });
});

describe('an answer', () => {
  test('that has the best page is right', () => {
    const all = new Set(ranked);
    expect(
      judge(catalog, { search: search(), answer: best(), before: all, after: all, doubtful: nobody }),
    ).toEqual({
      ...{ shown: PAGE, leaks: 0, filterLeaks: 0, required: PAGE, misses: 0, isShort: false, doubtful: 0 },
    });
  });

  test('leaks what matched neither before nor after it, and misses what it has no place for then', () => {
    const without = new Set(ranked.filter((id) => id !== place(3)));
    const verdict = judge(catalog, {
      ...{ search: search(), answer: best(), before: without, after: without, doubtful: nobody },
    });
    expect(verdict).toMatchObject({ leaks: 1, filterLeaks: 0, misses: 1, required: PAGE });
  });

  test('may show what matched only before, or only after, and may leave it out', () => {
    const all = new Set(ranked);
    const without = new Set(ranked.filter((id) => id !== place(3)));
    const other = ranked.slice(0, PAGE + 1).filter((id) => id !== place(3));
    for (const [before, after] of [
      [all, without],
      [without, all],
    ] as const)
      for (const answer of [best(), other])
        expect(judge(catalog, { search: search(), answer, before, after, doubtful: nobody })).toMatchObject({
          ...{ leaks: 0, misses: 0, required: PAGE - 1, isShort: false },
        });
  });

  test('is not judged by a product whose change was on its way', () => {
    const without = new Set(ranked.filter((id) => id !== place(3)));
    const doubtful = new Set([place(3)]);
    const verdict = judge(catalog, {
      search: search(),
      answer: best(),
      before: without,
      after: without,
      doubtful,
    });
    expect(verdict).toMatchObject({ leaks: 0, misses: 0, required: PAGE - 1, doubtful: 1 });
  });

  test('leaks through the filter if no change could explain it', () => {
    const like = catalog.products[place(1) - 1];
    const color = catalog.products.find((one) => one.color !== like?.color)?.color ?? '';
    const matched = new Set(catalog.products.flatMap((one) => (one.color === color ? [one.id] : [])));
    const answer = [place(1), ...ranked.filter((id) => matched.has(id)).slice(0, PAGE - 1)];
    const verdict = judge(catalog, {
      ...{
        search: search({ color }),
        answer,
        before: matched,
        after: matched,
        doubtful: new Set([place(1)]),
      },
    });
    expect(verdict).toMatchObject({ leaks: 1, filterLeaks: 1, doubtful: 0 });
  });

  test('is short with fewer than there are, and not with all that there are', () => {
    const few = new Set(ranked.slice(0, 5));
    const of = (answer: readonly number[]) =>
      judge(catalog, { search: search(), answer, before: few, after: few, doubtful: nobody });
    expect(of(ranked.slice(0, 5))).toMatchObject({ isShort: false, misses: 0, required: 5 });
    expect(of(ranked.slice(0, 4))).toMatchObject({ isShort: true, misses: 1, required: 5 });
  });

  test('needs none of the products that are as similar as the first that does not fit', () => {
    const [last, next] = [place(PAGE), place(PAGE + 1)];
    const vectors = [...catalog.vectors];
    vectors[next - 1] = vectors[last - 1] ?? new Float32Array();
    const all = new Set(ranked);
    const answer = [...best().slice(0, -1), next];
    const twins = { ...catalog, vectors };
    const verdict = judge(twins, { search: search(), answer, before: all, after: all, doubtful: nobody });
    expect(verdict).toMatchObject({ misses: 0, required: PAGE - 1 });
  });

  test.each([
    ['a product twice', () => [place(1), place(1)], /twice/],
    ['more than a page', () => ranked.slice(0, PAGE + 1), /has 25 products/],
    ['an unknown product', () => [9_999], /not in the catalog: 9999/],
    ['no number', () => [NaN], /not in the catalog: NaN/],
  ])('with %s is none', (_, answer, message) => {
    const all = new Set(ranked);
    const given = { search: search(), before: all, after: all, doubtful: nobody };
    expect(() => judge(catalog, { ...given, answer: answer() })).toThrow(message);
  });
});

function firstChanges(seed: string, writer: number) {
  const changes = makeChanges(catalog, seed, { writer, writers: 2 });
  return Array.from({ length: 300 }, () => changes.next().value);
}
