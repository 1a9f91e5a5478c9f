import { Client } from 'pg';
import { z } from 'zod';
import { DEMO_FEED, openShop } from './shop.js';
import { LOAD_NOTE, startStockWriters } from './stock-writers.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from './types.js';

const ROUNDS = 8;
const ROUND_MS = 4_000;
const WARM_UP_MS = 4_000;
const CONNECTIONS = 8;

/** What a write of stock does for the sync. The ledger is kept for the shop itself. */
const SYNC_TRIGGERS = [
  ['stock_levels', 'stock_levels_updated'],
  ['stock_levels', 'stock_levels_rings'],
  ['product_changes', 'product_changes_rings'],
] as const;

export const benchmarks: Benchmark[] = [
  {
    name: 'writers-with-sync',
    description: 'changes of stock a second: with marks, doorbell and a follower ÷ with none of them',
    async run(report, progress) {
      const shop = await openShop({ durable: true });
      const db = new Client({ connectionString: shop.databaseUrl });
      try {
        progress('importing the demo catalog');
        await shop.import(DEMO_FEED);
        await db.connect();
        const writers = await startStockWriters(shop);
        const follower = shop.startHelper('follow-load.ts', shop.databaseUrl);
        const rate = async (ms: number): Promise<number> => {
          await writers.start(CONNECTIONS, null);
          await sleep(ms);
          return writers.stop();
        };
        const sync = async (state: 'ENABLE' | 'DISABLE'): Promise<void> => {
          for (const [table, trigger] of SYNC_TRIGGERS)
            await db.query(`ALTER TABLE ${table} ${state} TRIGGER ${trigger}`);
          await follower.order(z.null(), state === 'ENABLE' ? 'start' : 'stop');
        };

        progress('warming up');
        await sync('ENABLE');
        await rate(WARM_UP_MS);
        const a = async (): Promise<number> => rate(ROUND_MS);
        const b = async (): Promise<number> => {
          await sync('DISABLE');
          const changes = await rate(ROUND_MS);
          await sync('ENABLE');
          return changes;
        };
        const [withSync, without]: [number[], number[]] = [[], []];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          // In turns who goes first: tables grow, and the later one has more of them.
          if (round % 2 === 0) withSync.push(await a());
          without.push(await b());
          if (round % 2 === 1) withSync.push(await a());
        }
        report({
          name: `${CONNECTIONS} writers of stock with sync (A), without (B)`,
          unit: 'changes/s',
          a: withSync,
          b: without,
          target: { op: '>=', value: 0.85 },
          note: `${LOAD_NOTE}; commits wait for the disk; the follower is a third process`,
        });
      } finally {
        await db.end();
        await shop.close();
      }
    },
  },
];
