import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { pino } from 'pino';
import { z } from 'zod';
import { type ChangeListener, openChangeListener } from '../../src/platform/change-listener.js';
import type { Database } from '../../src/platform/postgres.js';
import { followWatches, type WatchFollower } from '../../src/watches/follow-watches.js';
import { READER, seedApiKey } from '../support/api-keys.js';
import { ENCODER, type ProductSeed, seedMarkets, seedProduct, setStock } from '../support/catalog.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { SHOP } from '../support/shoppers.js';
import { until } from '../support/waiting.js';

export let gateway: TestGateway;
export let ours: string;
export let theirs: string;
/** What is asked for, and nobody sells. */
export let red: string;
let followers: TestFollower[];

/** Opens a gateway for the tests of one file, with a follower for each of them. To be called once, outside of the tests. */
export function openWatches(): void {
  beforeAll(async () => {
    gateway = await startTestGateway(
      async (db) => {
        await seedMarkets(db);
        const id = await seedProduct(db, { handle: 'red-coat', vectors: [[1, 0, 0, 0]], skus: [] });
        red = toGlobalId('Product', id);
      },
      { shoppers: SHOP, trustedProxies: ['127.0.0.1'] },
    );
    ours = await seedApiKey(gateway.db, { name: 'ours', scopes: READER });
    theirs = await seedApiKey(gateway.db, { scopes: READER });
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    followers = [];
    follow();
  });
  afterEach(async () => {
    await stopFollowing();
    await gateway.db.query(`DELETE FROM watches; DELETE FROM products WHERE handle <> 'red-coat'`);
  });
}

/** Starts a follower, or another one. */
export function follow(encoderId?: string): void {
  const follower = startFollower(gateway, encoderId);
  follower.changes.onChange(() => gateway.services.watchEvents.wake(), 'watch_events');
  followers.push(follower);
}

export async function stopFollowing(): Promise<void> {
  for (const follower of followers.splice(0)) await follower.close();
}

export const sku = (code: string, more: object = {}) => ({
  code,
  prices: { eu: 5_000 },
  stock: { berlin: 0 },
  ...more,
});

/** Looks like the red coat, and is sold out. */
export const seed = async (handle: string, more: Partial<ProductSeed> = {}): Promise<string> =>
  toGlobalId(
    'Product',
    await seedProduct(gateway.db, { handle, vectors: [[0.9, 0.1, 0, 0]], skus: [sku(handle)], ...more }),
  );

export const likeRed = () => ({ query: { like: [{ product: red }] }, minScore: 0.9 });

/** The id of a new watch for what looks like the red coat. */
export const watchRed = (where: object = {}, secret = ours): Promise<string> =>
  watchFor(gateway, { ...likeRed(), where }, secret);

/** Sets the units of an SKU, and waits until the watches know it. */
export async function stock(code: string, onHand: number): Promise<void> {
  await setStock(gateway.db, code, onHand);
  await followed(gateway.db);
}

/** Sets the price of an SKU in minor units, and waits until the watches know it. */
export async function price(code: string, amount: number): Promise<void> {
  await gateway.db.query(`UPDATE prices SET amount = $2 FROM skus WHERE skus.id = sku_id AND code = $1`, [
    code,
    amount,
  ]);
  await followed(gateway.db);
}

/** The products that one of our watches told of, in order. */
export const told = (id: string): Promise<string[]> => toldOf(gateway, id, ours);

const event = z.object({
  id: z.string(),
  score: z.number().nullable(),
  price: z.object({ amount: z.string(), currencyCode: z.string() }),
  matchedAt: z.string(),
  deliveredAt: z.string().nullable(),
  attempts: z.number(),
  product: z.object({ handle: z.string() }).nullable(),
  skus: z.array(z.object({ code: z.string() })).nullable(),
});
export type Event = z.infer<typeof event>;

export const EVENT = `id score price { amount currencyCode } matchedAt deliveredAt attempts product { handle } skus { code }`;

const watch = z.object({
  id: z.string(),
  title: z.string(),
  state: z.string(),
  channel: z.string().nullable(),
  minScore: z.number().nullable(),
  expiresAt: z.string(),
});
export type Watch = z.infer<typeof watch>;
const WATCH = 'id title state channel minScore expiresAt';

const created = z.object({
  watchCreate: z.object({
    watch: watch.nullable(),
    userErrors: z.array(
      z.object({ code: z.string(), field: z.array(z.string()).nullable(), message: z.string() }),
    ),
  }),
});
export type CreateAnswer = z.infer<typeof created>['watchCreate'];

/** Sends the mutation; fails on errors other than user errors. */
export async function create(gateway: TestGateway, input: object, secret?: string): Promise<CreateAnswer> {
  const document = `mutation ($input: WatchCreateInput!) {
    watchCreate(input: $input) { watch { ${WATCH} } userErrors { code field message } } }`;
  return (await gateway.read(created, document, { input }, secret)).watchCreate;
}

/** The id of a new watch. */
export async function watchFor(gateway: TestGateway, input: object, secret?: string): Promise<string> {
  const { watch: made, userErrors } = await create(gateway, input, secret);
  if (made === null) throw new Error(JSON.stringify(userErrors));
  return made.id;
}

export async function readWatch(gateway: TestGateway, id: string, secret?: string): Promise<Watch | null> {
  const document = `query ($id: ID!) { watch(id: $id) { ${WATCH} } }`;
  return (await gateway.read(z.object({ watch: watch.nullable() }), document, { id }, secret)).watch;
}

/** The events of a watch, oldest first. */
export async function eventsOf(gateway: TestGateway, id: string, secret?: string): Promise<Event[]> {
  const shape = z.object({ watch: z.object({ events: z.object({ nodes: z.array(event) }) }) });
  const document = `query ($id: ID!) { watch(id: $id) { events(first: 100) { nodes { ${EVENT} } } } }`;
  const { nodes } = (await gateway.read(shape, document, { id }, secret)).watch.events;
  return nodes.reverse();
}

/** The products that a watch told of, in order. */
export async function toldOf(gateway: TestGateway, id: string, secret?: string): Promise<string[]> {
  return (await eventsOf(gateway, id, secret)).map(({ product }) => product?.handle ?? '');
}

interface TestFollower extends WatchFollower {
  readonly changes: ChangeListener;
}

/** A follower of a gateway, with a listener of its own. */
function startFollower({ db }: Pick<TestGateway, 'db'>, encoderId = ENCODER.id): TestFollower {
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
  const { connectionString } = z.object({ connectionString: z.string() }).parse(db.options);
  const changes = openChangeListener({ url: connectionString, log });
  const follower = followWatches({ db, encoderId, changes, log });
  return {
    changes,
    health: () => follower.health(),
    async close() {
      await follower.close();
      await changes.close();
    },
  };
}

/** Resolves once all that is committed has been compared with the watches. */
export const followed = (db: Database): Promise<void> =>
  until('the changes have been compared with the watches', async () => {
    const { rowCount } = await db.query(`SELECT FROM watch_position WHERE sweep IS NULL AND NOT EXISTS (
        SELECT FROM (SELECT xid FROM product_changes UNION ALL SELECT xid FROM sku_changes UNION ALL SELECT xid FROM watches) log
        WHERE NOT pg_visible_in_snapshot(xid, position))`);
    return rowCount === 1;
  });
