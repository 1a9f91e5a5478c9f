/**
 * Creates holds as fast as possible, with a fixed number of calls in flight: through the gateway, or with the
 * statement that the gateway sends.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { Agent } from 'undici';
import { z } from 'zod';
import { takeOrders } from './take-orders.js';

const order = z.object({
  through: z.enum(['gateway', 'pg']),
  seconds: z.number(),
  inFlight: z.number(),
  channel: z.number(),
  skus: z.array(z.object({ key: z.number(), id: z.string() })),
});
type Order = z.infer<typeof order>;
type Sku = Order['skus'][number];

const HOLD = /* GraphQL */ `
  mutation Hold($input: HoldCreateInput!) {
    holdCreate(input: $input) {
      hold {
        id
        expiresAt
      }
      userErrors {
        message
      }
    }
  }
`;
const held = z.object({
  data: z.object({ holdCreate: z.object({ hold: z.object({ id: z.string() }) }) }),
});

/** The statement of `insertHold`. */
const STATEMENT = `SELECT hold_create($1, $2, '', $3::int[], $4::int[], $5::boolean[], NULL, NULL, NULL, $6, $7, '', $8, NULL,
  NULL, NULL, NULL) AS outcome`;
const outcome = z.object({ outcome: z.object({ hold: z.object({ id: z.string() }) }) });

/** The secret of a key that may hold without the limits on guests. */
const [gatewayUrl = '', databaseUrl = '', secret = ''] = process.argv.slice(2);
const agent = new Agent();
const pool = new Pool({ connectionString: databaseUrl, max: 100 });

async function holdThroughGateway({ id }: Sku): Promise<void> {
  const { body } = await agent.request({
    origin: gatewayUrl,
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({
      query: HOLD,
      variables: { input: { lines: [{ sku: id }], idempotencyKey: randomUUID() } },
    }),
  });
  held.parse(await body.json());
}

async function holdThroughPg({ key }: Sku, channel: number): Promise<void> {
  const { rows } = await pool.query<Record<string, unknown>>({
    name: 'hold',
    text: STATEMENT,
    values: [channel, 0, [key], [1], [false], 600, randomUUID(), randomBytes(32)],
  });
  outcome.parse(rows[0]);
}

/** Returns the number of holds. */
async function run({ through, seconds, inFlight, channel, skus }: Order): Promise<number> {
  let count = 0;
  const end = performance.now() + seconds * 1_000;
  const holdOnAndOn = async (): Promise<void> => {
    while (performance.now() < end) {
      const sku = skus[Math.floor(Math.random() * skus.length)];
      if (sku === undefined) throw new Error('There is no SKU to hold.');
      await (through === 'pg' ? holdThroughPg(sku, channel) : holdThroughGateway(sku));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, holdOnAndOn));
  return count;
}

takeOrders(async (received) => run(order.parse(received)));
