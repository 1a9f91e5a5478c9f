import { Client } from 'pg';
import { z } from 'zod';
import { cpuOf } from './cpu-time.js';
import { DEMO_FEED, openShop } from './shop.js';
import { LOAD_NOTE, startStockWriters } from './stock-writers.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from './types.js';

const ROUNDS = 6;
const ROUND_MS = 4_000;
const WARM_UP_MS = 4_000;
const CONNECTIONS = 8;

/**
 * The work that a stock write does for the sync and for those who watch availability. The ledger is excluded, because
 * the shop itself needs it.
 */
const SYNC_TRIGGERS = [
  ['stock_levels', 'stock_levels_updated'],
  ['stock_levels', 'stock_levels_noted_updated'],
] as const;
/** Of the follower's connections. */
const FOLLOWS = `application_name IN ('vitrine', 'vitrine change listener')`;

const pidRows = z.array(z.object({ pid: z.number() }));

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
        const follow = (order: 'start' | 'stop'): Promise<number> => follower.order(z.number(), order);
        /** CPU that the follower's connections have used, by their processes. */
        const servedCpu = async (): Promise<Map<number, number>> => {
          const { rows } = await db.query(`SELECT pid FROM pg_stat_activity WHERE ${FOLLOWS}`);
          return new Map(pidRows.parse(rows).map(({ pid }) => [pid, cpuOf(pid)]));
        };

        progress('warming up');
        await follow('start');
        await rate(WARM_UP_MS);
        await follow('stop');
        const [both, marked, neither]: [number[], number[], number[]] = [[], [], []];
        const [own, served]: [number[], number[]] = [[], []];
        const turns = [
          async () => {
            await follow('start');
            const before = await servedCpu();
            const perSecond = await rate(ROUND_MS);
            const after = await servedCpu();
            const changes = (perSecond * ROUND_MS) / 1_000;
            both.push(perSecond);
            const used = [...after].reduce((ms, [pid, total]) => ms + total - (before.get(pid) ?? 0), 0);
            own.push((1_000 * (await follow('stop'))) / changes);
            served.push((1_000 * used) / changes);
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
        const each = 'for each change of stock, one in ten of which marks a product';
        report({ name: `CPU of the follower ${each}`, unit: 'µs', a: own, b: [] });
        report({ name: `CPU of its connections to Postgres ${each}`, unit: 'µs', a: served, b: [] });
      } finally {
        await db.end();
        await shop.close();
      }
    },
  },
];
