import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type Examples,
  MATCH_ALL,
  MAX_EXAMPLES,
  type ImagePayload,
  type IndexFilter,
  type IndexMatch,
  type IndexPoint,
  type PointPayload,
  type RankingPosition,
  type VectorIndex,
} from '../../src/vector-index/port.js';
import { RankingModel } from '../search/ranking-model.js';

const DIMENSION = 16;

/** Adapters may compute in float32: scores agree to about six digits. */
const SCORE_DIGITS = 5;

/** Revisions as large as after many years of Postgres: xid 2^40 of 2^41. */
const FIRST = 2 ** 52 + 1;
const SECOND = FIRST + 1;
const THIRD = SECOND + 1;

/** The contract of every vector index. `open` opens an empty one. */
export function describeVectorIndex(name: string, open: (dimension: number) => Promise<VectorIndex>): void {
  describe(`the vector index contract: ${name}`, () => {
    const opened: VectorIndex[] = [];
    afterEach(async () => {
      for (const index of opened.splice(0)) await index.close();
    });

    async function filled(
      points: readonly IndexPoint[],
    ): Promise<{ index: VectorIndex; model: RankingModel }> {
      const index = await open(DIMENSION);
      opened.push(index);
      await index.upsert(points, FIRST);
      const model = new RankingModel();
      model.upsert(points, FIRST);
      return { index, model };
    }

    async function find(index: VectorIndex, vector: Float32Array, filter = MATCH_ALL, limit = 1000) {
      const [result] = await index.search([{ vector, filter, limit }]);
      if (result === undefined) throw new Error('No result.');
      return result;
    }

    /** Pages through a whole ranking; each page must report correctly whether another follows. */
    async function walk(
      index: VectorIndex,
      query: Float32Array | Examples,
      filter: IndexFilter,
      limit: number,
    ) {
      const asked = 'positive' in query ? { examples: query } : { vector: query };
      const seen: IndexMatch[] = [];
      let after: RankingPosition | undefined;
      for (;;) {
        const [result] = await index.search([{ ...asked, filter, limit, ...(after && { after }) }]);
        seen.push(...(result?.matches ?? []));
        const last = seen.at(-1);
        if (result === undefined || result.exhausted || last === undefined) return seen;
        expect(result.matches).toHaveLength(limit);
        after = { score: last.score, productId: last.productId, rank: seen.length };
      }
    }

    test('ranks products by their best image', async () => {
      const { index } = await filled([
        point(1, 10, axis(0, 0.2)),
        point(2, 10, axis(0, 0.9)),
        point(3, 20, axis(0, 0.5)),
        point(4, 30, axis(0, -0.4)),
      ]);
      const { matches, exhausted } = await find(index, axis(0, 1));
      expectRanking(matches, [
        { productId: 10, imageId: 2, score: 0.9 },
        { productId: 20, imageId: 3, score: 0.5 },
        { productId: 30, imageId: 4, score: -0.4 },
      ]);
      expect(exhausted).toBe(true);
      expect(await index.count()).toBe(4);
    });

    test('takes many images with many long tags', async () => {
      const tags = Array.from({ length: 4_000 }, (_, i) => `tag ${i} `.padEnd(250, 'x'));
      const random = generator(3);
      const points = Array.from({ length: 40 }, (_, i) =>
        point(i + 1, 10, unit(random), { tags, numbers: { price: 1 } }),
      );
      const { index } = await filled(points);
      const filter = { ...MATCH_ALL, clauses: [tags.slice(-1)] };
      expect((await find(index, axis(0, 1), filter)).matches).toHaveLength(1);
      const shorter = { tags: tags.slice(1), numbers: { price: 2 } };
      await index.setPayloads(
        points.map((one) => ({ ...one, payload: shorter })),
        SECOND,
      );
      expect((await find(index, axis(0, 1), filter)).matches).toHaveLength(1);
      const first = { ...MATCH_ALL, clauses: [tags.slice(0, 1)] };
      expect((await find(index, axis(0, 1), first)).matches).toHaveLength(0);
    });

    const shop = catalog(120, 11);
    const filters: Record<string, Partial<IndexFilter>> = {
      'no filter': {},
      'a tag': { clauses: [['red']] },
      'one of several tags': { clauses: [['red', 'green']] },
      'all of several clauses': { clauses: [['red', 'green'], ['sellable:1'], ['size:2', 'size:0']] },
      'a tag that nothing has': { clauses: [['plaid']] },
      'a clause without tags': { clauses: [[]] },
      'a lower bound': { ranges: [{ field: 'price', min: 4000 }] },
      'an upper bound': { ranges: [{ field: 'price', max: 4000 }] },
      'a range': { ranges: [{ field: 'price', min: 2000, max: 6000 }] },
      'a range without bounds': { ranges: [{ field: 'price' }] },
      'a range of one value': { ranges: [{ field: 'price', min: 2500, max: 2500 }] },
      'a range of fractions': { ranges: [{ field: 'rating', min: 1.25, max: 3.75 }] },
      'a field that nothing has': { ranges: [{ field: 'weight', min: 0 }] },
      'a range upside down': { ranges: [{ field: 'price', min: 6000, max: 2000 }] },
      'excluded products': { excludeProducts: [1, 2, 3, 50, 999] },
      'two ranges': {
        ranges: [
          { field: 'price', min: 2000 },
          { field: 'rating', max: 3.5 },
        ],
      },
      'everything at once': {
        clauses: [['red', 'blue'], ['sellable:1']],
        ranges: [{ field: 'price', min: 1000, max: 8000 }],
        excludeProducts: [4, 8, 12],
      },
    };

    test('answers every filter, alone and combined', async () => {
      const { index, model } = await filled(shop);
      const random = generator(12);
      const requests = Object.values(filters).map((part) => ({
        vector: unit(random),
        filter: { ...MATCH_ALL, ...part },
        limit: 1000,
      }));
      const together = await index.search(requests);
      for (const [i, kind] of Object.keys(filters).entries()) {
        const request = requests[i];
        if (request === undefined) throw new Error(kind);
        const expected = model.ranking(request.vector, request.filter);
        const alone = await find(index, request.vector, request.filter);
        expectRanking(alone.matches, expected, kind);
        expectRanking(together[i]?.matches ?? [], expected, kind);
        expect(alone.exhausted).toBe(true);
      }
    });

    test.each([1, 7, 24])('pages of %i walk the whole ranking without gap or duplicate', async (limit) => {
      const { index, model } = await filled(shop);
      const random = generator(13);
      for (const filter of [MATCH_ALL, { ...MATCH_ALL, clauses: [['red']], excludeProducts: [7] }]) {
        const vector = unit(random);
        expectRanking(await walk(index, vector, filter, limit), model.ranking(vector, filter));
      }
    });

    test('orders equal scores by product, also across pages', async () => {
      const same = axis(0, 0.7);
      const products = [9, 3, 41, 17, 5, 28, 2, 33, 12, 6, 30];
      const { index } = await filled([
        point(1000, 50, axis(0, 0.8)),
        ...products.flatMap((productId) => [
          point(productId, productId, same),
          point(productId + 100, productId, same),
        ]),
        point(2000, 1, axis(0, 0.6)),
      ]);
      const ranking = [50, ...[...products].sort((a, b) => a - b), 1];
      for (const limit of [1, 2, 3, 20]) {
        const seen = await walk(index, axis(0, 1), MATCH_ALL, limit);
        expect(seen.map((match) => match.productId)).toEqual(ranking);
      }
      const [first] = (await find(index, axis(0, 1), MATCH_ALL, 2)).matches.slice(1);
      expect(first).toMatchObject({ productId: 2, imageId: 2 });
    });

    test('does not bring a product back through a worse image', async () => {
      const { index } = await filled([
        point(1, 1, axis(0, 0.9)),
        point(2, 1, axis(0, 0.3)),
        point(3, 2, axis(0, 0.6)),
        point(4, 3, axis(0, 0.1)),
      ]);
      const seen = await walk(index, axis(0, 1), MATCH_ALL, 1);
      expect(seen.map((match) => match.productId)).toEqual([1, 2, 3]);
    });

    describe('asked by examples', () => {
      test('ranks by the nearest positive one, and leaves out what a negative one is as near to', async () => {
        const { index } = await filled([
          point(1, 10, axis(0, 0.9)),
          point(2, 20, axis(4, 0.8)),
          point(3, 30, axis(8, 0.95)),
          // Its second image is equally far from either.
          point(4, 40, axis(8, 0.7)),
          point(5, 40, axis(0, 0.3)),
          point(6, 50, axis(12, 1)),
        ]);
        const examples = { positive: [axis(0, 1), axis(4, 1)], negative: [axis(8, 1), axis(12, 1)] };
        const [result] = await index.search([{ examples, filter: MATCH_ALL, limit: 10 }]);
        expectRanking(result?.matches ?? [], [
          { productId: 10, imageId: 1, score: 0.9 },
          { productId: 20, imageId: 2, score: 0.8 },
          { productId: 40, imageId: 5, score: 0.3 },
        ]);
        expect(result?.exhausted).toBe(true);
      });

      test.each([1, 7, 24])('pages of %i walk the whole ranking without gap or duplicate', async (limit) => {
        const { index, model } = await filled(shop);
        const random = generator(18);
        const vectors = (count: number) => Array.from({ length: count }, () => unit(random));
        for (const [positive, negative] of [
          [1, 0],
          [3, 0],
          [1, 1],
          [4, 3],
          [MAX_EXAMPLES / 2, MAX_EXAMPLES / 2],
        ] as const) {
          const examples = { positive: vectors(positive), negative: vectors(negative) };
          for (const filter of [MATCH_ALL, { ...MATCH_ALL, clauses: [['red']], excludeProducts: [7] }])
            expectRanking(await walk(index, examples, filter, limit), model.ranking(examples, filter));
        }
      });

      test('many at once, among searches by a vector', async () => {
        const { index, model } = await filled(shop);
        const random = generator(19);
        const queries = Array.from({ length: 20 }, (_, i) =>
          i % 3 === 0
            ? unit(random)
            : {
                positive: Array.from({ length: i % 7 || 1 }, () => unit(random)),
                negative: Array.from({ length: i % 5 }, () => unit(random)),
              },
        );
        const results = await index.search(
          queries.map((query) => ({
            ...('positive' in query ? { examples: query } : { vector: query }),
            filter: MATCH_ALL,
            limit: 24,
          })),
        );
        for (const [i, query] of queries.entries())
          expectRanking(results[i]?.matches ?? [], model.ranking(query, MATCH_ALL).slice(0, 24));
      });

      test('refuses none to be like, and too many', async () => {
        const { index } = await filled([point(1, 1, axis(0, 1))]);
        const ask = (examples: Examples) => index.search([{ examples, filter: MATCH_ALL, limit: 1 }]);
        await expect(ask({ positive: [], negative: [axis(0, 1)] })).rejects.toThrow(/a positive one/);
        const many = Array.from({ length: MAX_EXAMPLES }, () => axis(0, 1));
        await expect(ask({ positive: many, negative: [axis(0, 1)] })).rejects.toThrow(/at most 16/);
        await expect(ask({ positive: [Float32Array.of(1)], negative: [] })).rejects.toThrow(/1 numbers.*16/);
      });
    });

    test('continues at a place whose product is gone', async () => {
      const { index, model } = await filled(shop);
      const vector = unit(generator(14));
      const { matches } = await find(index, vector, MATCH_ALL, 10);
      const last = matches.at(-1);
      if (last === undefined) throw new Error('No match.');
      const gone = imagesOf(shop, last.productId);
      await index.deleteImages(gone, SECOND);
      model.deleteImages(gone, SECOND);
      const after = { score: last.score, productId: last.productId, rank: 10 };
      const [next] = await index.search([{ vector, filter: MATCH_ALL, limit: 10, after }]);
      expectRanking(next?.matches ?? [], model.ranking(vector, MATCH_ALL).slice(9, 19));
    });

    test('says whether anything follows', async () => {
      const { index } = await filled([point(1, 1, axis(0, 0.5)), point(2, 2, axis(0, 0.4))]);
      expect(await find(index, axis(0, 1), MATCH_ALL, 1)).toMatchObject({ exhausted: false });
      expect(await find(index, axis(0, 1), MATCH_ALL, 2)).toMatchObject({ exhausted: true });
      expect(await find(index, axis(0, 1), MATCH_ALL, 3)).toMatchObject({ exhausted: true });
    });

    test('replaces the vector, the payload and the product of an image', async () => {
      const { index, model } = await filled([
        point(1, 1, axis(0, 0.9), { tags: ['old'], numbers: { price: 1 } }),
        point(2, 2, axis(0, 0.5)),
      ]);
      const replacement = [point(1, 3, axis(0, 0.1), { tags: ['new'], numbers: {} })];
      await index.upsert(replacement, SECOND);
      model.upsert(replacement, SECOND);
      const vector = axis(0, 1);
      expect(await index.count()).toBe(2);
      expectRanking((await find(index, vector)).matches, model.ranking(vector, MATCH_ALL));
      expect((await find(index, vector, { ...MATCH_ALL, clauses: [['old']] })).matches).toEqual([]);
      expect((await find(index, vector, { ...MATCH_ALL, clauses: [['new']] })).matches).toHaveLength(1);
      const priced = { ...MATCH_ALL, ranges: [{ field: 'price', min: 0 }] };
      expect((await find(index, vector, priced)).matches).toEqual([]);
    });

    test('deletes images, and ignores unknown ones', async () => {
      const { index, model } = await filled(shop);
      const images = shop.filter((_, i) => i % 3 === 0).map(({ imageId }) => imageId);
      await index.deleteImages([...images, 123_456, ...imagesOf(shop, 5)], SECOND);
      model.deleteImages([...images, ...imagesOf(shop, 5)], SECOND);
      const vector = unit(generator(15));
      expectRanking((await find(index, vector)).matches, model.ranking(vector, MATCH_ALL));
      expect(await index.count()).toBe(model.points.size);
      await index.upsert(shop.slice(0, 30), THIRD);
      model.upsert(shop.slice(0, 30), THIRD);
      expectRanking((await find(index, vector)).matches, model.ranking(vector, MATCH_ALL));
    });

    test('changes payloads, image by image', async () => {
      const { index, model } = await filled(shop);
      const changed = (productId: number, payload: PointPayload): ImagePayload[] =>
        imagesOf(shop, productId).map((imageId) => ({ imageId, productId, payload }));
      const [first, ...others] = changed(2, { tags: ['sale', 'red'], numbers: { discount: 0.5 } });
      const changes = [
        ...changed(1, { tags: ['sale'], numbers: { price: 1 } }),
        ...changed(5, { tags: ['sale', 'blue'], numbers: {} }).slice(1),
        ...others,
        // Images that are not in the index, or not of this product.
        { imageId: 777_777, productId: 1, payload: { tags: ['sale'], numbers: {} } },
        { imageId: first?.imageId ?? 0, productId: 3, payload: { tags: ['sale'], numbers: {} } },
      ];
      expect(others).not.toEqual([]);
      await index.setPayloads(changes, SECOND);
      model.setPayloads(changes, SECOND);
      const vector = unit(generator(16));
      for (const part of [
        { clauses: [['sale']] },
        { clauses: [['red']] },
        { ranges: [{ field: 'price', max: 100 }] },
        { ranges: [{ field: 'discount', min: 0.25 }] },
      ]) {
        const filter = { ...MATCH_ALL, ...part };
        expectRanking((await find(index, vector, filter)).matches, model.ranking(vector, filter));
      }
      expect(await index.count()).toBe(shop.length);
    });

    test('walks all points by image id, page by page, as they are now', async () => {
      const { index, model } = await filled([...shop].reverse());
      const gone = shop.filter((_, i) => i % 5 === 0).map(({ imageId }) => imageId);
      await index.deleteImages(gone, 2);
      model.deleteImages(gone, 2);
      const payload = { tags: ['sale'], numbers: { price: 1.5 } };
      const changed = imagesOf(shop, 2).map((imageId) => ({ imageId, productId: 2, payload }));
      await index.setPayloads(changed, 2);
      model.setPayloads(changed, 2);
      for (const limit of [1, 7, 1000]) {
        const seen: IndexPoint[] = [];
        for (let page = await index.scan(null, limit); page.length > 0;) {
          expect(page.length).toBeLessThanOrEqual(limit);
          seen.push(...page);
          page = await index.scan(page.at(-1)?.imageId ?? 0, limit);
        }
        const expected = [...model.points.values()].sort((a, b) => a.imageId - b.imageId);
        expect(seen.map(({ imageId, productId }) => [imageId, productId])).toEqual(
          expected.map(({ imageId, productId }) => [imageId, productId]),
        );
        for (const [i, { vector, payload }] of expected.entries()) {
          expect(seen[i]?.payload).toEqual(payload);
          for (const [c, component] of vector.entries())
            expect(seen[i]?.vector[c]).toBeCloseTo(component, SCORE_DIGITS);
        }
      }
      expect(await index.scan(1_000_000, 5)).toEqual([]);
    });

    test('answers while it is empty, and accepts nothing to do', async () => {
      const { index } = await filled([]);
      expect(await index.count()).toBe(0);
      expect(await index.search([])).toEqual([]);
      expect(await index.scan(null, 10)).toEqual([]);
      expect(await find(index, axis(0, 1))).toMatchObject({ matches: [], exhausted: true });
      const filter = { clauses: [['red']], ranges: [{ field: 'price', min: 1 }], excludeProducts: [1] };
      expect(await find(index, axis(0, 1), filter)).toMatchObject({ matches: [], exhausted: true });
      await index.setPayloads([], FIRST);
      await index.deleteImages([], FIRST);
      await index.forgetDeleted(new Date());
    });

    test('refuses vectors of another dimension', async () => {
      const { index } = await filled([point(1, 1, axis(0, 1))]);
      const short = Float32Array.of(1, 0, 0);
      await expect(find(index, short)).rejects.toThrow(/3 numbers.*16/);
      await expect(index.upsert([point(2, 2, axis(0, 1)), point(3, 3, short)], FIRST)).rejects.toThrow(
        /image 3.*3 numbers.*16/,
      );
      expect(await index.count()).toBe(1);
    });

    describe('of writes in whatever order', () => {
      const tagged = (tag: string): PointPayload => ({ tags: [tag], numbers: { price: tag.length } });
      const shows = async (index: VectorIndex, tag: string) =>
        (await find(index, axis(0, 1), { ...MATCH_ALL, clauses: [[tag]] })).matches;
      const payloadOf = (payload: PointPayload) => [{ imageId: 1, productId: 10, payload }];
      const withTag = (tag: string, cosine: number) => [point(1, 10, axis(0, cosine), tagged(tag))];

      test('the newest point stays, and the same one may be written twice', async () => {
        const { index } = await filled([]);
        await index.upsert(withTag('second', 0.6), SECOND);
        await index.upsert(withTag('first', 0.3), FIRST);
        expectRanking(await shows(index, 'second'), [{ productId: 10, imageId: 1, score: 0.6 }]);
        expect(await shows(index, 'first')).toEqual([]);
        await index.upsert(withTag('again', 0.7), SECOND);
        expectRanking(await shows(index, 'again'), [{ productId: 10, imageId: 1, score: 0.7 }]);
        await index.upsert(withTag('third', 0.9), THIRD);
        expectRanking(await shows(index, 'third'), [{ productId: 10, imageId: 1, score: 0.9 }]);
        expect(await index.count()).toBe(1);
      });

      test('the newest payload stays, whether a point or it alone was written', async () => {
        const { index } = await filled(withTag('first', 0.5));
        await index.setPayloads(payloadOf(tagged('third')), THIRD);
        await index.setPayloads(payloadOf(tagged('second')), SECOND);
        expect(await shows(index, 'third')).toHaveLength(1);
        await index.upsert(withTag('second', 0.1), SECOND);
        expectRanking(await shows(index, 'third'), [{ productId: 10, imageId: 1, score: 0.5 }]);
        await index.setPayloads(payloadOf(tagged('again')), THIRD);
        expect(await shows(index, 'again')).toHaveLength(1);
      });

      test('what is deleted does not come back, unless by a newer point or one as new', async () => {
        const { index } = await filled([point(1, 10, axis(0, 0.5)), point(2, 20, axis(0, 0.4))]);
        await index.deleteImages([1, 3], THIRD);
        await index.upsert(withTag('second', 0.9), SECOND);
        await index.upsert([point(3, 30, axis(0, 0.9))], SECOND);
        await index.setPayloads(payloadOf(tagged('third')), THIRD);
        const all = [
          MATCH_ALL,
          { ...MATCH_ALL, excludeProducts: [30] },
          { ...MATCH_ALL, excludeProducts: [10, 30] },
        ];
        for (const filter of all)
          expect((await find(index, axis(0, 1), filter)).matches).toMatchObject([{ productId: 20 }]);
        expect(await index.count()).toBe(1);
        await index.upsert(withTag('third', 0.9), THIRD);
        // The same deletion again, as after a lost response.
        await index.deleteImages([1], THIRD);
        expect(await shows(index, 'third')).toHaveLength(1);
        expect(await index.count()).toBe(2);
      });

      test('a late deletion takes nothing that is newer', async () => {
        const { index } = await filled(withTag('first', 0.5));
        await index.upsert(withTag('third', 0.5), THIRD);
        await index.deleteImages([1], SECOND);
        expect(await shows(index, 'third')).toHaveLength(1);
      });

      test('a deletion is forgotten after its time, and nothing else', async () => {
        const { index } = await filled(shop);
        const images = shop.map(({ imageId }) => imageId);
        const before = new Date();
        await index.deleteImages(images, SECOND);
        await index.upsert(shop.slice(0, 10), THIRD);
        await index.forgetDeleted(before);
        await index.upsert(shop, FIRST);
        expect(await index.count()).toBe(10);
        await index.forgetDeleted(new Date(Date.now() + 1));
        expect(await index.count()).toBe(10);
        await index.upsert(shop, FIRST);
        expect(await index.count()).toBe(shop.length);
      });
    });

    test('shows each write to every search that starts after it', async () => {
      const { index } = await filled(shop);
      const random = generator(17);
      const background = Promise.all(
        Array.from({ length: 20 }, () => find(index, unit(random), { ...MATCH_ALL, clauses: [['red']] }, 24)),
      );
      await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const productId = 5000 + i;
          const vector = unit(random);
          const own = { ...MATCH_ALL, clauses: [[`own:${i}`]] };
          await index.upsert(
            [point(productId, productId, vector, { tags: [`own:${i}`], numbers: {} })],
            FIRST,
          );
          expect((await find(index, vector, own)).matches).toMatchObject([{ productId }]);
          await index.setPayloads(
            [{ imageId: productId, productId, payload: { tags: [], numbers: {} } }],
            SECOND,
          );
          expect((await find(index, vector, own)).matches).toEqual([]);
          await index.deleteImages([productId], THIRD);
          expect((await find(index, vector)).matches.map((match) => match.productId)).not.toContain(
            productId,
          );
        }),
      );
      for (const { matches } of await background) expect(matches.length).toBeGreaterThan(0);
      expect(await index.count()).toBe(shop.length);
    });
  });
}

const imagesOf = (points: readonly IndexPoint[], productId: number): number[] =>
  points.filter((of) => of.productId === productId).map(({ imageId }) => imageId);

export function point(
  imageId: number,
  productId: number,
  vector: Float32Array,
  payload?: PointPayload,
): IndexPoint {
  return { imageId, productId, vector, payload: payload ?? { tags: [], numbers: {} } };
}

/** A unit vector whose cosine with the axis is `cosine`. */
export function axis(of: number, cosine: number): Float32Array {
  const vector = new Float32Array(DIMENSION);
  vector[of] = cosine;
  vector[of + 1] = Math.sqrt(1 - cosine ** 2);
  return vector;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32, a public-domain generator by T. Ettinger). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A unit vector in a random direction. */
export function unit(random: () => number, dimension = DIMENSION): Float32Array {
  const vector = Float32Array.from({ length: dimension }, () => random() + random() + random() - 1.5);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** Products 1 … n with one to three images each, of one or several colors. */
function catalog(products: number, seed: number): IndexPoint[] {
  const random = generator(seed);
  return Array.from({ length: products }, (_, i) => i + 1).flatMap((productId) => {
    const tags = [`size:${Math.floor(random() * 4)}`, ...(random() < 0.6 ? ['sellable:1'] : [])];
    const numbers = {
      ...(random() < 0.9 && { price: Math.floor(random() * 20) * 500 }),
      rating: Math.floor(random() * 20) / 4,
    };
    return Array.from({ length: 1 + (productId % 3) }, (_, image) =>
      point(productId * 10 + image, productId, unit(random), {
        tags: [...tags, ['red', 'green', 'blue'][Math.floor(random() * 3)] ?? ''],
        numbers,
      }),
    );
  });
}

function expectRanking(actual: readonly IndexMatch[], expected: readonly IndexMatch[], context = ''): void {
  const names = (matches: readonly IndexMatch[]) =>
    matches.map(({ productId, imageId }) => `${productId}:${imageId}`);
  expect({ context, ranking: names(actual) }).toEqual({ context, ranking: names(expected) });
  for (const [i, { score }] of actual.entries())
    expect(score).toBeCloseTo(expected[i]?.score ?? NaN, SCORE_DIGITS);
}
