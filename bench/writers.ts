import { Client } from 'pg';
import { z } from 'zod';
import { DEMO_FEED, openShop } from './shop.js';
import { LOAD_NOTE, startStockWriters } from './stock-writers.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from './types.js';

const ROUNDS = 6;
const ROUND_MS = 4_000;
const WARM_UP_MS = 4_000;
const CONNECTIONS = 8;

/** The work that a stock write does for the sync. The ledger is excluded, because the shop itself needs it. */
const SYNC_TRIGGERS = [
  ['stock_levels', 'stock_levels_updated'],
  ['stock_levels', 'stock_levels_rings'],
  ['product_changes', 'product_changes_rings'],
] as const;

export const benchmarks: Benchmark[] = [
  {
    name: 'writers-with-sync',
    description: 'changes of stock a second: with triggers, notifications, and a follower ÷ without them',
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
        const triggers = async (state: 'ENABLE' | 'DISABLE'): Promise<void> => {
          for (const [table, trigger] of SYNC_TRIGGERS)
            await db.query(`ALTER TABLE ${table} ${state} TRIGGER ${trigger}`);
        };
        const follow = (order: 'start' | 'stop'): Promise<null> => follower.order(z.null(), order);

        progress('warming up');
        await follow('start');
        await rate(WARM_UP_MS);
        await follow('stop');
        const [both, marked, neither]: [number[], number[], number[]] = [[], [], []];
        const turns = [
          async () => {
            await follow('start');
            both.push(await rate(ROUND_MS));
            await follow('stop');
          },
          async () => {
            marked.push(await rate(ROUND_MS));
          },
          async () => {
            await triggers('DISABLE');
            neither.push(await rate(ROUND_MS));
            await triggers('ENABLE');
          },
        ];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          // Tables grow, which slows later rounds, so each one goes first in turn.
          for (let i = 0; i < turns.length; i += 1) await turns[(round + i) % turns.length]?.();
        }
        const note = `${LOAD_NOTE}; commits wait for the disk; the writers leave no core idle, so the follower, a process of its own, takes from them what it needs`;
        report({
          name: `${CONNECTIONS} writers of stock: with triggers and a follower (A), without both (B)`,
          unit: 'changes/s',
          a: both,
          b: neither,
          target: { op: '>=', value: 0.85 },
          note,
        });
        report({
          name: `${CONNECTIONS} writers of stock: with triggers and no follower (A), without both (B)`,
          unit: 'changes/s',
          a: marked,
          b: neither,
          note,
        });
      } finally {
        await db.end();
        await shop.close();
      }
    },
  },
];
