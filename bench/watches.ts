import { setTimeout as sleep } from 'node:timers/promises';
import { toGlobalId } from 'graphql-relay';
import { createClient } from 'graphql-ws';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { ask } from './graphql.js';
import { listProducts } from './list-products.js';
import { inTurns } from './in-turns.js';
import { searchAtPace, SEARCHES_PER_SECOND } from './paced-searches.js';
import { seedKey } from './seed-key.js';
import { DEMO_FEED, openShop, type Shop } from './shop.js';
import { generator, mean, percentile } from './statistics.js';
import { BUSY_CHANGES_PER_SECOND, LOAD_NOTE, startStockWriters } from './stock-writers.js';
import type { Benchmark } from './types.js';

/** As many as one API key may have, of which some are for the probes. */
const WATCHES = 10_000;
const MANY = WATCHES.toLocaleString('en');
const PROBES = 20;
const SIZES = ['S', 'M', 'L', '38', '40', '42'];
const ROUNDS = 5;
const ROUND_SECONDS = 6;
const WARM_UP_SECONDS = 6;
const CONNECTIONS = 4;
/** Longer than the interval at which changes are looked for, so that one may come at any moment of it. */
const MAX_PAUSE_MS = 120;
const LOST_AFTER_MS = 120_000;
const POLL_MS = 20;

/** Products whose stock the bench changes to be told of them; the background writers use the others. */
const PROBED = 'product_id % 10 = 0';

export const benchmarks: Benchmark[] = [
  {
    name: 'watches-10000',
    description: `${MANY} watches: from a change of stock to its event, searches beside them, and a restock of everything`,
    async run(report, progress) {
      progress('importing the demo catalog twice');
      const opened: WatchedShop[] = [];
      const open = async (): Promise<WatchedShop> => {
        const shop = await openWatchedShop();
        opened.push(shop);
        return shop;
      };
      try {
        const [few, many] = [await open(), await open()];
        await many.watch(WATCHES - PROBES, progress);
        progress('warming up');
        for (const shop of [few, many]) {
          await shop.timesToEvent(PROBES);
          await shop.searchBesideChanges(WARM_UP_SECONDS);
        }
        const rounds = { a: [] as Round[], b: [] as Round[] };
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          rounds.b.push(await oneRound(few));
          rounds.a.push(await oneRound(many));
        }
        for (const [name, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
        ] as const) {
          report({
            name: `${name} from a change of stock to the event of a subscription, with ${MANY} watches (A), with ${PROBES} (B)`,
            unit: 'ms',
            a: rounds.a.map(({ events }) => percentile(events, share)),
            b: rounds.b.map(({ events }) => percentile(events, share)),
            note: `${2 * PROBES} changes a round, one after another; both are looked for by a loop, at a notification or every quarter of a second`,
          });
          report({
            name: `${name} of visualSearch beside changes of stock, with ${MANY} watches (A), with ${PROBES} (B)`,
            unit: 'ms',
            a: rounds.a.map(({ searches }) => percentile(searches, share)),
            b: rounds.b.map(({ searches }) => percentile(searches, share)),
            // The p99 of a round is its slowest request, which depends more on the machine than on the watches.
            ...(share === 0.5 && { target: { op: '<=', value: 1.2 } as const }),
            note: `${SEARCHES_PER_SECOND} searches/s; A: ${Math.round(60 * mean(rounds.a.map(({ rate }) => rate)))} changes a minute; ${LOAD_NOTE}`,
          });
        }
        progress('restocking everything');
        const { seconds, events, searches } = await many.restock();
        report({
          name: `until the restock of the whole catalog is compared with ${MANY} watches`,
          ...{ unit: 's', a: [seconds], b: [] },
          note: `${events.toLocaleString('en')} events; p50 of visualSearch meanwhile ${percentile(searches, 0.5).toFixed(1)} ms`,
        });
      } finally {
        for (const shop of opened) await shop.close();
      }
    },
  },
];

interface Round {
  /** In milliseconds. */
  readonly events: readonly number[];
  readonly searches: readonly number[];
  /** Changes of stock a second. */
  readonly rate: number;
}

async function oneRound(shop: WatchedShop): Promise<Round> {
  const events = await shop.timesToEvent(2 * PROBES);
  return { events, ...(await shop.searchBesideChanges(ROUND_SECONDS)) };
}

interface WatchedShop {
  /** Adds watches of what looks like a product, in a size and below a price. */
  watch(count: number, progress: (line: string) => void): Promise<void>;
  /** Fills and empties probed products in turn; how long the event of each took, in milliseconds. */
  timesToEvent(changes: number): Promise<number[]>;
  searchBesideChanges(seconds: number): Promise<Pick<Round, 'searches' | 'rate'>>;
  /** Empties everything, and fills it at once. */
  restock(): Promise<{ seconds: number; events: number; searches: number[] }>;
  close(): Promise<void>;
}

interface Probe {
  readonly sku: number;
  readonly location: number;
  readonly watch: string;
}

const created = z.object({
  watchCreate: z.object({
    watch: z.object({ id: z.string() }).nullable(),
    userErrors: z.array(z.object({ message: z.string() })),
  }),
});
const probeRows = z.array(z.object({ product: z.number(), sku: z.number(), location: z.number() }));
const event = z.object({
  data: z.object({ watchEvents: z.object({ watch: z.object({ id: z.string() }) }) }),
});

async function openWatchedShop(): Promise<WatchedShop> {
  const shop = await openShop({ durable: true });
  const db = new Client(shop.databaseUrl);
  try {
    await shop.import(DEMO_FEED);
    await db.connect();
    const secret = await seedKey(db);
    const { url } = await shop.serve();
    return await watchedShop(shop, db, url, secret);
  } catch (error) {
    await db.end();
    await shop.close();
    throw error;
  }
}

async function watchedShop(shop: Shop, db: Client, url: string, secret: string): Promise<WatchedShop> {
  const ids = (await listProducts(url)).map(({ id }) => id);
  const writers = await startStockWriters(shop, `NOT (${PROBED})`);
  const create = async (input: Record<string, unknown>): Promise<string> => {
    const { watchCreate } = await ask(
      url,
      created,
      `mutation ($input: WatchCreateInput!) { watchCreate(input: $input) { watch { id } userErrors { message } } }`,
      { input },
      secret,
    );
    if (watchCreate.watch === null)
      throw new Error(watchCreate.userErrors.map(({ message }) => message).join());
    return watchCreate.watch.id;
  };
  const probes = await setUpProbes(db, (product) => create({ product: toGlobalId('Product', product) }));
  const told = await follow(
    url,
    secret,
    probes.map(({ watch }) => watch),
  );
  let turn = 0;
  return {
    async watch(count, progress) {
      const random = generator(count);
      let made = 0;
      await inTurns(Array.from({ length: count }), async () => {
        const product = ids[Math.floor(random() * ids.length)];
        const size = SIZES[Math.floor(random() * SIZES.length)];
        await create({
          query: { like: [{ product }] },
          where: {
            options: [{ name: 'size', values: [size] }],
            price: { max: String(20 + Math.floor(180 * random())) },
          },
        });
        made += 1;
        if (made % 100 === 0) progress(`creating watches: ${made.toLocaleString('en')}`);
      });
    },
    async timesToEvent(changes) {
      const times: number[] = [];
      for (; times.length < changes; turn += 1) {
        const probe = probes[turn % probes.length];
        if (probe === undefined) throw new Error('No product can be probed.');
        await sleep(Math.random() * MAX_PAUSE_MS);
        const heard = told.next(probe.watch);
        const start = performance.now();
        await setStock(db, probe, 1);
        await heard;
        times.push(performance.now() - start);
        await untilCompared(db, await setStock(db, probe, 0));
      }
      return times;
    },
    async searchBesideChanges(seconds) {
      await writers.start(CONNECTIONS, BUSY_CHANGES_PER_SECOND);
      const searches = await searchAtPace(url, ids, seconds);
      return { searches, rate: await writers.stop() };
    },
    async restock() {
      await untilCompared(db, await changeStock(db, 'SET on_hand = 0'));
      const before = await countEvents(db);
      const start = performance.now();
      const compared = new AbortController();
      const compare = changeStock(db, 'SET on_hand = 50')
        .then((change) => untilCompared(db, change))
        .then(() => {
          compared.abort();
          return (performance.now() - start) / 1_000;
        });
      const searches: number[] = [];
      while (!compared.signal.aborted) searches.push(...(await searchAtPace(url, ids, 1)));
      return { seconds: await compare, events: (await countEvents(db)) - before, searches };
    },
    async close() {
      await told.close();
      await db.end();
      await shop.close();
    },
  };
}

/** Empties the probed products; one level of some of them will be filled and emptied. */
async function setUpProbes(db: Client, watch: (product: number) => Promise<string>): Promise<Probe[]> {
  await db.query(`
    UPDATE stock_levels SET on_hand = 0, safety_stock = 0 FROM skus WHERE skus.id = sku_id AND ${PROBED}`);
  const { rows } = await db.query(`
    SELECT DISTINCT ON (product_id) product_id AS product, sku_id AS sku, location_id AS location
    FROM sku_offers JOIN channels ON channels.id = channel_id
    JOIN stock_levels USING (sku_id) JOIN channel_locations USING (channel_id, location_id)
    WHERE is_default AND ${PROBED} ORDER BY product_id, sku_id, location_id LIMIT ${PROBES}`);
  const probes: Probe[] = [];
  for (const { product, ...level } of probeRows.parse(rows))
    probes.push({ ...level, watch: await watch(product) });
  return probes;
}

const change = z.tuple([z.looseObject({ xid: z.string() })]).rest(z.unknown());

/** Returns the id of its transaction. */
async function changeStock(db: Client, what: string, values: readonly unknown[] = []): Promise<string> {
  const { rows } = await db.query(
    `WITH changed AS (UPDATE stock_levels ${what} RETURNING 1) SELECT pg_current_xact_id()::text AS xid FROM changed LIMIT 1`,
    [...values],
  );
  return change.parse(rows)[0].xid;
}

const setStock = (db: Client, { sku, location }: Probe, onHand: number): Promise<string> =>
  changeStock(db, 'SET on_hand = $1 WHERE sku_id = $2 AND location_id = $3', [onHand, sku, location]);

/** Resolves once the change of this transaction was compared with the watches. */
async function untilCompared(db: Client, xid: string): Promise<void> {
  const start = performance.now();
  const isCompared = async (): Promise<boolean> => {
    const { rows } = await db.query(
      'SELECT FROM watch_position WHERE pg_visible_in_snapshot($1::xid8, position) AND sweep IS NULL',
      [xid],
    );
    return rows.length > 0;
  };
  while (!(await isCompared())) {
    if (performance.now() - start > LOST_AFTER_MS) throw new Error('A change is not compared with watches.');
    await sleep(POLL_MS);
  }
}

async function countEvents(db: Client): Promise<number> {
  const { rows } = await db.query('SELECT count(*)::int AS events FROM watch_events');
  return z.tuple([z.object({ events: z.number() })]).parse(rows)[0].events;
}

interface Followed {
  /** Resolves at the next event of the watch. */
  next(watch: string): Promise<void>;
  close(): Promise<void>;
}

/** Subscribes to the events of the watches. */
async function follow(url: string, secret: string, watches: readonly string[]): Promise<Followed> {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${secret}` },
    webSocketImpl: WebSocket,
    lazy: false,
  });
  await new Promise<void>((resolve) => client.on('connected', () => resolve()));
  const waiting = new Map<string, () => void>();
  client.subscribe(
    {
      query: 'subscription ($watches: [ID!]!) { watchEvents(watches: $watches) { watch { id } } }',
      variables: { watches },
    },
    {
      next(value) {
        const { id } = event.parse(value).data.watchEvents.watch;
        waiting.get(id)?.();
        waiting.delete(id);
      },
      error: (error) => {
        throw new Error('The subscription failed.', { cause: error });
      },
      complete: () => undefined,
    },
  );
  return {
    next: (watch) =>
      new Promise((resolve, reject) => {
        const lost = setTimeout(() => reject(new Error('An event did not come.')), LOST_AFTER_MS);
        waiting.set(watch, () => {
          clearTimeout(lost);
          resolve();
        });
      }),
    async close() {
      await client.dispose();
    },
  };
}
