// Must come first: the decorators of the GraphQL classes that the gateway's stores return need it.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import type { Config } from '../src/config.js';
import { openChangeListener } from '../src/platform/change-listener.js';
import { openDatabase } from '../src/platform/postgres.js';
import { lineProgress } from '../src/platform/progress.js';
import { readVectorsOfProducts } from '../src/images/embedding.store.js';
import { MATCH_ALL, type VectorIndex } from '../src/vector-index/port.js';
import { tag } from '../src/projection/tags.js';
import { openFollowedIndex } from '../src/sync/followed-index.js';
import { DEFAULT_ENCODER } from '../src/vision/encoder.js';
import { readManifest } from '../src/vision/manifest.js';
import { benchCollection, noQdrant } from './qdrant.js';
import { DEMO_FEED, openShop } from './shop.js';
import { mean, percentile } from './statistics.js';
import { BUSY_CHANGES_PER_SECOND, LOAD_NOTE, startStockWriters } from './stock-writers.js';
import type { Benchmark, Measurement } from './types.js';

const ROUNDS = 5;
const SAMPLES = 100;
const WARM_UP_SAMPLES = 40;
/** Longer than the follower's polling interval, so that a sample may come at any moment of it. */
const MAX_PAUSE_MS = 120;
const LOST_AFTER_MS = 10_000;
const CONNECTIONS = 4;
const TARGET_MS = 250;

/** Products whose stock the bench changes to see it in the index; the background writers use the others. */
const PROBED = 'product_id % 10 = 0';

export const benchmarks: Benchmark[] = [
  {
    name: 'commit-to-searchable-embedded',
    description:
      'from sending a change of stock until a search of the embedded index shows it ÷ a bare NOTIFY',
    run: (report, progress) => measure(null, report, progress),
  },
  {
    name: 'commit-to-searchable-qdrant',
    description: 'from sending a change of stock until a search of Qdrant shows it ÷ a bare NOTIFY',
    skip: noQdrant,
    async run(report, progress) {
      const qdrant = benchCollection();
      try {
        await measure(qdrant, report, progress);
      } finally {
        await qdrant.drop();
      }
    },
  },
];

async function measure(
  qdrant: Config['qdrant'],
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const shop = await openShop({ durable: true });
  const url = shop.databaseUrl;
  const log = pino({ level: 'warn' }, process.stderr);
  const db = openDatabase(url, (err) => log.warn({ err }));
  const [writer, listener] = [new Client(url), new Client(url)];
  try {
    progress('importing the demo catalog');
    await shop.import(DEMO_FEED);
    await Promise.all([writer.connect(), listener.connect()]);
    await listener.query('LISTEN bench');
    const writers = await startStockWriters(shop, `NOT (${PROBED})`);
    const encoder = await readManifest(DEFAULT_ENCODER);
    const changes = openChangeListener({ url, log });
    const followed = await openFollowedIndex({
      ...{ db, encoder, qdrant, changes, log },
      progress: lineProgress(() => undefined, Date.now),
    });
    const probes = await setUpProbes(writer, async (key) => {
      const images = await readVectorsOfProducts(db, encoder.id, [key]);
      return images.map(({ vector }) => vector);
    });
    await followed.catchUp();

    let turn = 0;
    const sample = async (count: number): Promise<Sample[]> => {
      const samples: Sample[] = [];
      for (let i = 0; i < count; i += 1) {
        const probe = probes[turn % probes.length];
        if (probe === undefined) throw new Error('No product can be probed.');
        // First all are filled one after another, then all are emptied.
        const isFilled = Math.floor(turn / probes.length) % 2 === 0;
        turn += 1;
        await sleep(Math.random() * MAX_PAUSE_MS);
        samples.push({
          searchable: await timeToSearchable(writer, followed.index, probe, isFilled),
          notified: await timeToNotified(writer, listener),
        });
      }
      return samples;
    };

    progress('warming up');
    await sample(WARM_UP_SAMPLES);
    const [alone, beside]: [Sample[][], Sample[][]] = [[], []];
    const rates: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`round ${round} of ${ROUNDS}`);
      alone.push(await sample(SAMPLES));
      await writers.start(CONNECTIONS, BUSY_CHANGES_PER_SECOND);
      beside.push(await sample(SAMPLES));
      rates.push(await writers.stop());
    }
    const rate = Math.round(60 * mean(rates)).toLocaleString('en');
    reportSamples(report, followed.index.name, 'nothing else written', alone);
    reportSamples(report, followed.index.name, `${rate} changes a minute beside it`, beside);
    await changes.close();
    await followed.close();
  } finally {
    await Promise.all([writer.end(), listener.end(), db.end()]);
    await shop.close();
  }
}

/** In milliseconds; both start before the statement was sent. */
interface Sample {
  readonly searchable: number;
  readonly notified: number;
}

function reportSamples(
  report: (m: Measurement) => void,
  index: string,
  load: string,
  rounds: readonly Sample[][],
): void {
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    report({
      name: `${index}, ${load}: ${name}`,
      unit: 'ms',
      a: rounds.map((samples) =>
        percentile(
          samples.map(({ searchable }) => searchable),
          share,
        ),
      ),
      b: rounds.map((samples) =>
        percentile(
          samples.map(({ notified }) => notified),
          share,
        ),
      ),
      ...(share === 0.99 && { target: { of: 'a', op: '<=', value: TARGET_MS } }),
      note: `${SAMPLES} changes a round; the index and its follower are in the process that measures, so HTTP is not in it; ${LOAD_NOTE}`,
    });
}

interface Probe {
  readonly product: number;
  readonly sku: number;
  readonly location: number;
  /** The tag of products that are sellable in the channel of that location. */
  readonly sellable: string;
  readonly vector: Float32Array;
}

const probeRows = z.array(
  z.object({ product: z.number(), sku: z.number(), location: z.number(), channel: z.string() }),
);

/** Empties the probed products; one level of each will be filled and emptied. */
async function setUpProbes(
  db: Client,
  readVectors: (product: number) => Promise<Float32Array[]>,
): Promise<Probe[]> {
  await db.query(`
    UPDATE stock_levels SET on_hand = 0, safety_stock = 0 FROM skus WHERE skus.id = sku_id AND ${PROBED}`);
  const { rows } = await db.query(`
    SELECT DISTINCT ON (product_id) product_id AS product, sku_id AS sku, location_id AS location, handle AS channel
    FROM sku_offers JOIN channels ON channels.id = channel_id
    JOIN stock_levels USING (sku_id) JOIN channel_locations USING (channel_id, location_id)
    WHERE is_default AND ${PROBED} ORDER BY product_id, sku_id, location_id`);
  const probes: Probe[] = [];
  for (const { channel, ...row } of probeRows.parse(rows)) {
    const [vector] = await readVectors(row.product);
    if (vector !== undefined) probes.push({ ...row, vector, sellable: tag.sellable(channel) });
  }
  return probes;
}

async function timeToSearchable(
  writer: Client,
  index: VectorIndex,
  { product, sku, location, sellable, vector }: Probe,
  isFilled: boolean,
): Promise<number> {
  const request = { vector, filter: { ...MATCH_ALL, clauses: [[sellable]] }, limit: 24 };
  const start = performance.now();
  await writer.query({
    name: 'fill',
    text: 'UPDATE stock_levels SET on_hand = $1 WHERE sku_id = $2 AND location_id = $3',
    values: [isFilled ? 1 : 0, sku, location],
  });
  for (;;) {
    const [result] = await index.search([request]);
    const took = performance.now() - start;
    if (result?.matches.some(({ productId }) => productId === product) === isFilled) return took;
    if (took > LOST_AFTER_MS) throw new Error(`Product ${product} does not come to the index.`);
  }
}

async function timeToNotified(writer: Client, listener: Client): Promise<number> {
  const heard = new Promise<number>((resolve) => {
    listener.once('notification', () => resolve(performance.now()));
  });
  const start = performance.now();
  await writer.query('NOTIFY bench');
  return (await heard) - start;
}
