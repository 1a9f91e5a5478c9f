import { toGlobalId } from 'graphql-relay';
import {
  claimJob,
  countJobs,
  giveBack,
  pruneJobs,
  readJobStates,
  renewLease,
} from '../../src/design/design-job.store.js';
import { designedUploads } from '../../src/design/design.store.js';
import { DesignEngineName } from '../../src/design/order.js';
import { transaction } from '../../src/platform/postgres.js';
import {
  claimWatchPosition,
  isWatched,
  keepWatchPosition,
  loadWatches,
  noteLeft,
  noteMatches,
  readMatching,
  readWatchedChanges,
} from '../../src/watches/follow.store.js';
import { readEventsAfter } from '../../src/watches/watch-event.store.js';
import { pruneEvents, pruneExpired } from '../../src/watches/watch.store.js';
import { ENCODER } from '../support/catalog.js';
import type { TestGateway } from '../support/gateway.js';

/** An operation of a client, or background work of a gateway. */
export interface Operation {
  /** Also the name of the file with its statements. */
  readonly name: string;
  /** `time` distinguishes repeated runs. */
  readonly run: (gateway: TestGateway, secret: string, time: number) => Promise<unknown>;
  /** Which statements belong to it; by default, all but those that a gateway executes in the background. */
  readonly isOwn?: (name: string) => boolean;
}

const FILTER = {
  categories: ['tops'],
  brands: ['brand-7', 'brand-8', 'brand-9'],
  attributes: [{ name: 'material', values: ['material 7', 'material 8'] }],
  options: [{ name: 'size', values: ['M'] }],
  price: { min: '10', max: '90' },
  quantity: 2,
};

const MANY_ATTRIBUTES = ['material', 'style', 'era', 'season', 'pattern'].map((name) => ({
  name,
  values: [`${name} 7`, `${name} 8`],
}));

const PRODUCT = `{
  id handle title description attributes { name value } brand { name } category { name parent { name } }
  featuredImage { url } images { url } priceRange { min { amount } max { amount } }
  skus { code price { amount } availability { sellable locations { location { handle } sellable } } }
}`;

async function ask(
  gateway: TestGateway,
  document: string,
  variables: object,
  secret: string,
): Promise<unknown> {
  const { data, errors } = await gateway.ask(document, { ...variables }, secret);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const userErrors = JSON.stringify(data).match(/"userErrors":\[\{[^\]]*/);
  if (userErrors !== null) throw new Error(userErrors[0]);
  return data;
}

/** A query of a client. */
const query = (name: string, document: string, variables: object = {}): Operation => ({
  name,
  run: (gateway, secret) => ask(gateway, document, variables, secret),
});

/** A mutation; `inputOf` returns its input for a run. */
const mutation = (name: string, inputOf: (time: number) => object): Operation => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code message } } }`;
  return {
    name,
    run: (gateway, secret, time) =>
      ask(gateway, document, { input: { idempotencyKey: `${name} ${time}`, ...inputOf(time) } }, secret),
  };
};

const list = `query ($text: String, $where: ProductFilter, $sort: ProductSort) {
  products(first: 24, text: $text, where: $where, sort: $sort) { edges { image { id } node { handle } } pageInfo { endCursor } }
}`;
const search = `query ($query: VisualQueryInput!, $where: ProductFilter) {
  visualSearch(query: $query, where: $where) {
    nodes ${PRODUCT} facets { name } search { indexLagMs }
  }
}`;
const searchFor = (edge: string): string => `query ($query: VisualQueryInput!, $where: ProductFilter) {
  visualSearch(query: $query, where: $where) { edges { ${edge} } }
}`;
const like = [{ product: toGlobalId('Product', 4) }];

const lines = [8, 9].map((key) => ({ sku: toGlobalId('Sku', key), quantity: 1 }));

async function hold(gateway: TestGateway): Promise<string> {
  const { rows } = await gateway.db.query<{ id: string }>(
    `SELECT hold_create(id, (SELECT max(id) FROM api_keys), '', ARRAY[8, 9], ARRAY[1, 1], NULL, NULL, NULL, 600, NULL, NULL, NULL, NULL, NULL)
       #>> '{hold,id}' AS id FROM channels WHERE is_default`,
  );
  return toGlobalId('Hold', rows[0]?.id ?? '');
}

async function ownDesign(gateway: TestGateway, nth: number): Promise<string> {
  const { rows } = await gateway.db.query<{ id: string }>(
    `SELECT id FROM designs WHERE owner = (SELECT max(id) FROM api_keys) ORDER BY number OFFSET $1 LIMIT 1`,
    [nth],
  );
  return toGlobalId('Design', rows[0]?.id ?? '');
}

const ofHold = (
  name: 'holdExtend' | 'holdReplace' | 'holdConfirm' | 'holdRelease',
  more: object = {},
): Operation => ({
  name,
  async run(gateway, secret, time) {
    const id = await hold(gateway);
    return mutation(name, () => ({ hold: id, ...more })).run(gateway, secret, time);
  },
});

const counts = `totalCount { count } facets(by: [{ kind: CATEGORY }, { kind: BRAND }, { kind: PRICE },
  { kind: OPTION, name: "size" }, { kind: ATTRIBUTE, name: "material" }]) { name buckets { value count } }`;

export const OPERATIONS: readonly Operation[] = [
  query('list-newest', list, { sort: 'NEWEST' }),
  query('list-filtered', list, { where: FILTER, sort: 'NEWEST' }),
  query('list-at-location', list, { where: { location: toGlobalId('StockLocation', 1) } }),
  query('list-by-text', list, { text: 'number777 word277', sort: 'RELEVANCE' }),
  query(
    'suggest',
    'query ($text: String!) { suggest(text: $text) { texts products { handle } brands { handle } categories { handle } } }',
    {
      text: 'corduroy gar',
    },
  ),
  query(
    'by-text-in-language',
    `query ($text: String!) @inContext(language: IT) {
      products(text: $text, sort: RELEVANCE) { nodes { title } }
      visualSearch(query: { like: [], text: $text }) { nodes { handle } }
      suggest(text: $text) { texts products { handle } }
    }`,
    { text: 'numero777 word277' },
  ),
  query('list-by-price', list, { where: FILTER, sort: 'PRICE_ASC' }),
  query('product-page', `query ($handle: String!) { product(handle: $handle) ${PRODUCT} }`, {
    handle: 'product-777',
  }),
  query('list-counted', `query ($where: ProductFilter) { products(where: $where) { ${counts} } }`, {
    where: FILTER,
  }),
  query(
    'list-by-attributes',
    `query ($where: ProductFilter) { products(where: $where) { nodes { handle } ${counts} } }`,
    { where: { attributes: MANY_ATTRIBUTES } },
  ),
  query('list-all-counted', `{ products { ${counts} } }`),
  query(
    'list-orderable-counted',
    `{ products(where: { availability: SELLABLE_OR_BACKORDER }) { ${counts} } }`,
  ),
  query('list-by-gtin', list, {
    where: { gtins: ['4006381333931'], onSale: true, createdAfter: '2020-01-01T00:00:00Z' },
  }),
  query('brands', `{ brands { nodes { name } } }`),
  query('channels', `{ channels { handle } }`),
  query(
    'locations',
    `{ locations(near: { latitude: 48, longitude: 2 }) { nodes { name coordinates { latitude } } } }`,
  ),
  query(
    'search-counted',
    `query ($query: VisualQueryInput!, $where: ProductFilter) {
    visualSearch(query: $query, where: $where) { ${counts} } }`,
    { query: { like }, where: FILTER },
  ),
  query(
    'search-by-price',
    `query ($query: VisualQueryInput!) {
    visualSearch(query: $query, sort: PRICE_ASC, minScore: 0.1) { nodes { handle } } }`,
    { query: { like } },
  ),
  query('search', search, { query: { like } }),
  query('search-filtered', search, { query: { like }, where: FILTER }),
  query('search-for-pictures', searchFor('image { url } node { title }'), { query: { like } }),
  query('search-for-prices', searchFor('image { url } node { priceRange { min { amount } } }'), {
    query: { like },
  }),
  query('search-for-pictures-filtered', searchFor('image { url }'), { query: { like }, where: FILTER }),
  query('search-by-text', search, { query: { like: [], text: 'word277 corduroi' } }),
  mutation('holdCreate', () => ({ lines })),
  ofHold('holdExtend'),
  ofHold('holdReplace', { lines }),
  ofHold('holdConfirm'),
  ofHold('holdRelease'),
  mutation('stockSet', (time) => ({
    entries: [700, 701, 702].map((n) => ({ sku: `sku-${n}-0`, location: 'berlin', onHand: 20 + time })),
  })),
  mutation('pricesSet', (time) => ({
    entries: [700, 701, 702].map((n) => ({
      sku: `sku-${n}-0`,
      amount: `${20 + time}.50`,
      currencyCode: 'EUR',
    })),
  })),
  mutation('productsUpsert', (time) => ({
    products: [
      ...[700, 701].map((n) => ({
        handle: `product-${n}`,
        title: `Changed ${time}`,
        attributes: [{ name: 'material', value: `felt ${time}` }],
        translations: [{ language: 'it', title: `Cambiato ${time}` }],
        images: [{ url: `https://images.example/${time}` }],
        skus: [{ code: `sku-${n}-0` }, { code: `sku-${n}-new-${time}` }],
      })),
      // Its translations stay, and repeat the new brand.
      { handle: 'product-702', brand: `Brand ${time}` },
    ],
  })),
  query('quarantined-images', `{ quarantinedImages { nodes { imageId productHandle hasOthers } } }`),
  mutation('imagesRelease', (time) => ({
    imageIds: [10_100, 10_200].map((n) => toGlobalId('Image', n + 200 * time)),
  })),
  mutation('productsDelete', (time) => ({ handles: [`product-${800 + time}`, `product-${900 + time}`] })),
  query(
    'designs',
    `{ designs(first: 20) { nodes { image { url } garment { type } nearestProduct { handle } } pageInfo { endCursor } } }`,
  ),
  {
    name: 'designCreate-designCancel',
    async run(gateway, secret) {
      const create = `mutation ($input: DesignCreateInput!) {
        designCreate(input: $input) { job { id state designs { id } } userErrors { code message } } }`;
      const made = await ask(gateway, create, { input: { query: { like }, count: 1 } }, secret);
      const job = /"id":"([^"]+)"/.exec(JSON.stringify(made))?.[1];
      const cancel = `mutation ($input: DesignCancelInput!) {
        designCancel(input: $input) { job { state } userErrors { code message } } }`;
      await ask(gateway, cancel, { input: { job } }, secret);
    },
  },
  {
    name: 'designDelete',
    async run(gateway, secret, time) {
      const design = await ownDesign(gateway, time);
      return mutation('designDelete', () => ({ design })).run(gateway, secret, time);
    },
  },
  {
    name: 'tech-pack',
    async run(gateway, _secret, time) {
      const design = await ownDesign(gateway, time);
      return gateway.http.inject(`/designs/${encodeURIComponent(design)}/tech-pack.json`);
    },
  },
  {
    name: 'design-jobs',
    async run({ db }, _secret, time) {
      const engines = [DesignEngineName.LOCAL];
      const job = await claimJob(db, ENCODER.id, engines);
      if (job === null) throw new Error('the catalog has a job that waits');
      await renewLease(db, job, 0.1);
      await readJobStates(db, [job.uuid]);
      await giveBack(db, job);
      await countJobs(db);
      await designedUploads(db, [String(time).padStart(64, '0')]);
      await pruneJobs(db, 365, 10);
    },
    isOwn: (name) => name.startsWith('design'),
  },
  query(
    'watches',
    `{ watches(first: 20) { nodes { state product { title } events(first: 5) { nodes { deliveredAt product { title } skus { code } } } } } }`,
  ),
  {
    name: 'watchCreate-watchDelete',
    async run(gateway, secret) {
      const create = `mutation ($input: WatchCreateInput!) {
        watchCreate(input: $input) { watch { id events { nodes { id } } } userErrors { code message } } }`;
      const made = await ask(gateway, create, { input: { query: { like }, where: FILTER } }, secret);
      const watch = /"id":"([^"]+)"/.exec(JSON.stringify(made))?.[1];
      const remove = `mutation ($input: WatchDeleteInput!) {
        watchDelete(input: $input) { deletedWatchId userErrors { code message } } }`;
      await ask(gateway, remove, { input: { watch } }, secret);
    },
  },
  {
    name: 'follow-watches',
    async run({ db }, _secret, time) {
      await transaction(db, async (client) => {
        const from = await claimWatchPosition(client);
        if (from === null) throw new Error('nobody else follows');
        await db.query(`UPDATE prices SET amount = amount + 1 WHERE sku_id = $1`, [2_000 + time]);
        const { position, at, log } = await readWatchedChanges(client, from, 1_000);
        await loadWatches(client, ENCODER.id, position, 0);
        await readMatching(client, [100 + time]);
        await noteLeft(client, [{ watch: 1, productKey: 100 + time }]);
        await noteMatches(client, [{ watch: 1, productKey: 100 + time, cosine: null, amount: 100 }]);
        await keepWatchPosition(client, { position, at, log, sweep: null });
      });
      await isWatched(db);
      await readEventsAfter(db, [1, 2], 0, 100);
      await pruneExpired(db, 365, 10);
      await pruneEvents(db, 365, 10);
    },
    isOwn: (name) => name.startsWith('watch'),
  },
  {
    name: 'follow-changes',
    async run(gateway, _secret, time) {
      await gateway.db.query(`UPDATE prices SET amount = amount + 1 WHERE sku_id = $1`, [1_000 + time]);
      await gateway.catchUp();
    },
    isOwn: (name) => ['sync.changes', 'projection.channels', 'projection.products'].includes(name),
  },
];
