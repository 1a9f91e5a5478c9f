import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Postgres } from 'pg';
import { Client } from 'undici';
import { z } from 'zod';
import { demoImages } from './demo-images.js';
import { listProducts } from './list-products.js';
import type { Helper } from './helper.js';
import { seedKey } from './seed-key.js';
import { openShop } from './shop.js';
import { mean, percentile } from './statistics.js';
import type { Benchmark } from './types.js';

const ROUNDS = 7;
const NOTHING = { query: '{ __typename }' };
const ROUND_MS = 5_000;
/** Until the encoder's queue is full, and until it is empty again. */
const SETTLE_MS = 1_000;
/** Pause between two requests, because the probe must not be the load. */
const PAUSE_MS = 2;

export const benchmarks: Benchmark[] = [
  {
    name: 'event-loop',
    description: 'the latency of { __typename } while images are encoded ÷ idle',
    skip: () => (demoImages(1).length === 0 ? 'catalog/images is empty' : undefined),
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        const load = shop.startHelper('encode-load.ts', url);
        const { busy, idle, rate } = await besideLoad(load, () => probe(url, NOTHING), progress);
        report({
          name: 'p99 of { __typename } while encoding is saturated (A), idle (B)',
          unit: 'ms',
          a: busy,
          b: idle,
          target: { op: '<=', value: 3 },
          note: `A: ${rate.toFixed(1)} new images/s through POST /images and visualSearch, from another process`,
        });
      } finally {
        await shop.close();
      }
    },
  },
  {
    name: 'event-loop-writes',
    description: 'the latency of small queries while a partner writes in bulk ÷ idle',
    async run(report, progress) {
      const shop = await openShop({ durable: true });
      const db = new Postgres({ connectionString: shop.databaseUrl });
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        await db.connect();
        const { rows } = await db.query('SELECT handle FROM stock_locations ORDER BY id LIMIT 1');
        const [{ handle }] = z.tuple([z.object({ handle: z.string() })]).parse(rows);
        const load = shop.startHelper('bulk-load.ts', url, await seedKey(db), handle);
        const [{ id }] = z.tuple([z.object({ id: z.string() })], z.unknown()).parse(await listProducts(url));
        const product = {
          query:
            'query ($id: ID!) { product(id: $id) { title skus { code price { amount } availability { level } } } }',
          variables: { id },
        };
        for (const [name, body] of [
          ['{ __typename }', NOTHING],
          ['a product with its SKUs', product],
        ] as const) {
          const { busy, idle, rate } = await besideLoad(load, () => probe(url, body), progress);
          report({
            name: `p99 of ${name} beside bulk writes (A), idle (B)`,
            unit: 'ms',
            a: busy,
            b: idle,
            target: { op: '<=', value: 3 },
            note: `A: ${rate.toFixed(0)} SKUs, prices, and stock levels a second in calls of 250, four at a time`,
          });
        }
      } finally {
        await db.end();
        await shop.close();
      }
    },
  },
];

/** The p99 of each round with the load and without it, and the rate that the load reports. */
async function besideLoad(
  load: Helper,
  measure: () => Promise<number[]>,
  progress: (text: string) => void,
): Promise<{ busy: number[]; idle: number[]; rate: number }> {
  await measure();
  const [busy, idle, rates]: [number[], number[], number[]] = [[], [], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`round ${round} of ${ROUNDS}`);
    idle.push(percentile(await measure(), 0.99));
    await load.order(z.null(), 'start');
    await sleep(SETTLE_MS);
    busy.push(percentile(await measure(), 0.99));
    rates.push(await load.order(z.number(), 'stop'));
    await sleep(SETTLE_MS);
  }
  return { busy, idle, rate: mean(rates) };
}

/** The durations in milliseconds of requests that one keep-alive connection sends one after another. */
async function probe(url: string, body: object): Promise<number[]> {
  const client = new Client(url);
  const times: number[] = [];
  for (const end = performance.now() + ROUND_MS; performance.now() < end;) {
    const start = performance.now();
    const response = await client.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.body.dump();
    times.push(performance.now() - start);
    await sleep(PAUSE_MS);
  }
  await client.close();
  return times;
}
