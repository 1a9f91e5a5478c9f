import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { z } from 'zod';
import { demoImages } from './demo-images.js';
import { openShop } from './shop.js';
import { mean, percentile } from './statistics.js';
import type { Benchmark } from './types.js';

const ROUNDS = 7;
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
        await probe(url);
        const [a, b, rates]: [number[], number[], number[]] = [[], [], []];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          b.push(percentile(await probe(url), 0.99));
          await load.order(z.null(), 'start');
          await sleep(SETTLE_MS);
          a.push(percentile(await probe(url), 0.99));
          // Encoded images per second.
          rates.push(await load.order(z.number(), 'stop'));
          await sleep(SETTLE_MS);
        }
        report({
          name: 'p99 of { __typename } while encoding is saturated (A), idle (B)',
          unit: 'ms',
          a,
          b,
          target: { op: '<=', value: 3 },
          note: `A: ${mean(rates).toFixed(1)} new images/s through POST /images and visualSearch, from another process`,
        });
      } finally {
        await shop.close();
      }
    },
  },
];

/** The durations in milliseconds of requests that one keep-alive connection sends one after another. */
async function probe(url: string): Promise<number[]> {
  const client = new Client(url);
  const times: number[] = [];
  for (const end = performance.now() + ROUND_MS; performance.now() < end;) {
    const start = performance.now();
    const { body } = await client.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    await body.dump();
    times.push(performance.now() - start);
    await sleep(PAUSE_MS);
  }
  await client.close();
  return times;
}
