import { toGlobalId } from 'graphql-relay';
import { Client } from 'pg';
import { z } from 'zod';
import { seedKey } from './seed-key.js';
import { openShop } from './shop.js';
import type { Benchmark } from './types.js';

const ROUNDS = 9;
const ROUND_SECONDS = 3;
/** Until V8 has compiled the hot code. */
const WARM_UP_SECONDS = 15;
/** As many as the gateway has connections to Postgres. */
const IN_FLIGHT = 10;
/** For every SKU at every location, so that no round runs out of stock. */
const ON_HAND = 1_000_000;

export const benchmarks: Benchmark[] = [
  {
    name: 'holds',
    description:
      'holdCreate over HTTP: the gateway ÷ the same statement by a bare pg loop; one hot SKU ÷ any of all SKUs',
    async run(report, progress) {
      const shop = await openShop({ durable: true });
      const db = new Client({ connectionString: shop.databaseUrl });
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        await db.connect();
        const { channel, skus } = await stockUp(db);
        const load = shop.startHelper(
          'hold-load.ts',
          url,
          shop.databaseUrl,
          await seedKey(db, ['holds:create']),
        );
        const rate = async (through: 'gateway' | 'pg', held: typeof skus, seconds = ROUND_SECONDS) =>
          (await load.order(z.number(), { through, seconds, inFlight: IN_FLIGHT, channel, skus: held })) /
          seconds;

        progress('warming up');
        await rate('gateway', skus, WARM_UP_SECONDS);
        await rate('pg', skus, WARM_UP_SECONDS);
        const [uniform, bare, hot]: [number[], number[], number[]] = [[], [], []];
        for (let round = 1; round <= ROUNDS; round += 1) {
          progress(`round ${round} of ${ROUNDS}`);
          bare.push(await rate('pg', skus));
          uniform.push(await rate('gateway', skus));
          hot.push(await rate('gateway', skus.slice(0, 1)));
        }
        const note = `${skus.length} SKUs, ${IN_FLIGHT} calls in flight from another process, each with an idempotency key; commits wait for the disk`;
        report({
          name: 'holdCreate of any SKU: the gateway (A), the statement by pg (B)',
          unit: 'holds/s',
          a: uniform,
          b: bare,
          target: { op: '>=', value: 0.8 },
          note,
        });
        report({
          name: 'holdCreate through the gateway: one SKU (A), any SKU (B)',
          unit: 'holds/s',
          a: hot,
          b: uniform,
          target: { op: '>=', value: 0.6 },
          note,
        });
      } finally {
        await db.end();
        await shop.close();
      }
    },
  },
];

const offers = z.array(z.object({ channel: z.number(), key: z.number() }));

/** Sets a large stock for every SKU at every location; returns the SKUs of the default channel. */
export async function stockUp(db: Client) {
  await db.query('UPDATE stock_levels SET on_hand = $1, safety_stock = 0', [ON_HAND]);
  const { rows } = await db.query(`
    SELECT channel_id AS channel, sku_id AS key FROM sku_offers JOIN channels ON channels.id = channel_id
    WHERE is_default AND sellable > 0 ORDER BY sku_id`);
  const found = offers.parse(rows);
  const [first] = found;
  if (first === undefined) throw new Error('The catalog has nothing to sell.');
  return {
    channel: first.channel,
    skus: found.map(({ key }) => ({ key, id: toGlobalId('Sku', String(key)) })),
  };
}
