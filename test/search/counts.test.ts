import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { z } from 'zod';
import { seedMarkets, seedProduct } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { statementsDuring } from '../support/statements.js';

/** More of them than a search counts look more like the query, but have too few units. */
const SCARCE = 260;
const PLENTY = 30;

let gateway: TestGateway;
let like: { product: string }[];
beforeAll(async () => {
  gateway = await startTestGateway(async (db) => {
    await seedMarkets(db);
    like = [
      { product: toGlobalId('Product', await seedProduct(db, { handle: 'query', vectors: [[1, 0, 0, 0]] })) },
    ];
    for (let i = 0; i < SCARCE + PLENTY; i += 1)
      await seedProduct(db, {
        handle: `p${i}`,
        title: 'Wool coat',
        brand: 'alder',
        vectors: [[1, i / 1_000, 0, 0]],
        skus: [{ code: `p${i}`, options: { size: 'S' }, stock: { berlin: i < SCARCE ? 1 : 3 } }],
      });
  });
});
afterAll(() => gateway.close());

const count = z.object({ count: z.number(), precision: z.string() });
const found = z.object({
  nodes: z.array(z.object({ handle: z.string() })),
  totalCount: count,
  facets: z.array(z.object({ precision: z.string(), buckets: z.array(z.object({ count: z.number() })) })),
});

const chosen = { options: [{ name: 'size', values: ['S'] }] };

// Failed on 2026-11-29: the best 250 of the index were counted, of which none passes.
test('the best matches that pass are counted, however many before them do not', async () => {
  const search = async (where: object, facet: object = { kind: 'BRAND' }) =>
    (
      await gateway.read(
        z.object({ visualSearch: found }),
        `query ($query: VisualQueryInput!, $where: ProductFilter, $facet: FacetInput!) {
          visualSearch(query: $query, where: $where, first: 24) {
          nodes { handle } totalCount { count precision } facets(by: [$facet]) { precision buckets { count } } } }`,
        { query: { like }, where, facet },
      )
    ).visualSearch;
  const { nodes, totalCount, facets } = await search({ quantity: 2 });
  expect(nodes).toHaveLength(24);
  expect(totalCount).toEqual({ count: PLENTY, precision: 'EXACT' });
  expect(facets).toEqual([{ precision: 'EXACT', buckets: [{ count: PLENTY }] }]);
  const ofSize = await search({ quantity: 2, options: chosen.options }, { kind: 'OPTION', name: 'size' });
  expect(ofSize.facets).toEqual([{ precision: 'EXACT', buckets: [{ count: PLENTY }] }]);
  const all = await search({});
  expect(all.totalCount).toEqual({ count: 250, precision: 'AT_LEAST' });
  expect(all.facets).toEqual([{ precision: 'AT_LEAST', buckets: [{ count: 250 }] }]);
});

async function ofSizes(where: object, fields = ''): Promise<number> {
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/graphql',
    payload: {
      query: `query ($query: VisualQueryInput!, $where: ProductFilter) { visualSearch(query: $query, where: $where, first: 5) {
        facets(by: [{ kind: OPTION, name: "size" }]) { name } ${fields} } }`,
      variables: { query: { like, text: 'wool' }, where },
    },
  });
  const { errors, extensions } = z
    .object({
      errors: z.unknown().optional(),
      extensions: z.object({ cost: z.object({ actual: z.number() }) }),
    })
    .parse(response.json());
  expect(errors).toBeUndefined();
  return extensions.cost.actual;
}
test('what is ranked again by words is charged', async () => {
  const [open, again] = [await ofSizes({}), await ofSizes(chosen)];
  // A new document costs a few points too.
  expect(again - open).toBeGreaterThan(900);
});

test('without a total, and with only chosen facets, the best matches with the choice are not counted', async () => {
  const during = async (fields?: string) => {
    const statements = await statementsDuring(() => ofSizes(chosen, fields));
    const number = (...names: string[]): number => statements.filter((name) => names.includes(name)).length;
    // A count that was kept is only checked.
    return [number('search.prove'), number('facets.countThese', 'facets.unchanged')];
  };
  // Only the page is proven: all that the index proposes passes.
  expect(await during()).toEqual([1, 1]);
  expect(await during('totalCount { count }')).toEqual([1, 2]);
});

// Failed on 2026-11-29: the best matches of refinements were more than those that the page and its counts shared.
test('the index is asked once for a page, and for all that counts its best matches', async () => {
  const asked = jest.spyOn(gateway.services.index, 'search');
  const { errors } = await gateway.ask(
    `query ($query: VisualQueryInput!) { visualSearch(query: $query, first: 5) {
      nodes { handle } totalCount { count } facets { name } } }`,
    { query: { like } },
  );
  expect(errors).toEqual([]);
  expect(asked).toHaveBeenCalledTimes(1);
  asked.mockRestore();
});
