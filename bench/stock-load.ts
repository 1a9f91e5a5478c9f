/** Changes quantities on hand, one per transaction: as fast as possible, or at a fixed rate. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { z } from 'zod';
import { takeOrders } from './take-orders.js';

/** Every n-th level is alternately emptied and filled; the others always have stock. */
const EMPTIED_EVERY = 10;
const MAX_ON_HAND = 50;

const order = z.discriminatedUnion('do', [
  /** `perSecond` null: as fast as possible, with this many connections. */
  z.object({ do: z.literal('start'), connections: z.number(), perSecond: z.number().nullable() }),
  /** Returns the number of changes per second. */
  z.object({ do: z.literal('stop') }),
]);
const levelRows = z.array(z.object({ sku: z.number(), location: z.number() }));
type Level = z.infer<typeof levelRows>[number];

/** `only`: a condition on skus that selects those whose stock to change. */
const [databaseUrl = '', only = 'true'] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: 100 });
const { rows } = await pool.query(`
  UPDATE stock_levels SET on_hand = 1, safety_stock = 0 FROM skus WHERE skus.id = sku_id AND ${only}
  RETURNING sku_id AS sku, location_id AS location`);
const levels = levelRows.parse(rows);
const emptied = levels.filter((_, i) => i % EMPTIED_EVERY === 0);
const others = levels.filter((_, i) => i % EMPTIED_EVERY !== 0);
const empty = new Set<Level>();

let stopped = true;
let count = 0;
let startedAt = 0;
let work: Promise<unknown> = Promise.resolve();

const anyOf = (some: readonly Level[]): Level | undefined => some[Math.floor(Math.random() * some.length)];

async function change(): Promise<void> {
  const crosses = Math.random() < 1 / EMPTIED_EVERY;
  const level = anyOf(crosses ? emptied : others);
  if (level === undefined) throw new Error('There is no stock to change.');
  let onHand = 1 + Math.floor(Math.random() * MAX_ON_HAND);
  if (empty.delete(level)) onHand = MAX_ON_HAND;
  else if (crosses) {
    empty.add(level);
    onHand = 0;
  }
  await pool.query({
    name: 'set',
    text: 'UPDATE stock_levels SET on_hand = $1 WHERE sku_id = $2 AND location_id = $3',
    values: [onHand, level.sku, level.location],
  });
  count += 1;
}

async function changeOnAndOn(pauseMs: number, firstAt: number): Promise<void> {
  for (let due = firstAt; !stopped; due += pauseMs) {
    if (pauseMs > 0) await sleep(Math.max(0, due - performance.now()));
    await change();
  }
}

takeOrders(async (received) => {
  const told = order.parse(received);
  if (told.do === 'start') {
    const { connections, perSecond } = told;
    const pauseMs = perSecond === null ? 0 : (1_000 * connections) / perSecond;
    stopped = false;
    count = 0;
    startedAt = performance.now();
    // Spread over the pause, so that they do not all start at once.
    const first = (i: number): number => startedAt + (i * pauseMs) / connections;
    work = Promise.all(Array.from({ length: connections }, (_, i) => changeOnAndOn(pauseMs, first(i))));
    return null;
  }
  stopped = true;
  await work;
  return count / ((performance.now() - startedAt) / 1_000);
});
