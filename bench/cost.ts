import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import sharp from 'sharp';
import { z } from 'zod';
import { OPERATIONS, type PricedOperation, type Shelf } from './cost-operations.js';
import { cpuOf, cpuOfFamily, parentOf } from './cpu-time.js';
import { demoImages } from './demo-images.js';
import { ask, uploadImage } from './graphql.js';
import { seedKey } from './seed-key.js';
import { openShop } from './shop.js';
import { median } from './statistics.js';
import type { Benchmark } from './types.js';

const ROUNDS = 3;
const IN_FLIGHT = 4;
const IDLE_MS = 3_000;
/** CPU time is counted in steps of 10 ms, so each round needs many of them. */
const ROUND_CPU_MS = 400;
const WARM_UP_CPU_MS = 200;
const MAX_FACTOR = 4;
/** For every SKU, so that no hold fails. */
const ON_HAND = 1_000_000;

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
  extensions: z.object({ cost: z.object({ actual: z.number() }) }),
});
const failure = z.object({ userErrors: z.array(z.object({ message: z.string() })).min(1) });

export const benchmarks: Benchmark[] = [
  {
    name: 'cost-calibration',
    description: 'the demo catalog: CPU for each point of the dearest and of some cheap operations',
    skip: () => (process.platform === 'linux' ? undefined : 'CPU time of other processes is read from /proc'),
    async run(report, progress) {
      const shop = await openShop();
      const db = new Client({ connectionString: shop.databaseUrl });
      try {
        progress('importing the demo catalog');
        const { url, pid } = await shop.serve();
        await db.connect();
        const postgres = parentOf(
          z.object({ pid: z.number() }).parse((await db.query('SELECT pg_backend_pid() AS pid')).rows[0]).pid,
        );
        const secret = await seedKey(db);
        const shelf = await fillShelf(url, db);
        const used = (): number => cpuOf(pid) + cpuOfFamily(postgres);
        progress('measuring what an idle gateway uses');
        const [idleFrom, idleUsed] = [performance.now(), used()];
        await sleep(IDLE_MS);
        const idle = (used() - idleUsed) / (performance.now() - idleFrom);
        let sent = 0;
        const measure = async (operation: PricedOperation, cpuMs: number): Promise<number> => {
          let [ms, points] = [0, 0];
          while (ms < cpuMs) {
            const batch: (Record<string, unknown> | undefined)[] = [];
            while (batch.length < (operation.inFlight ?? IN_FLIGHT))
              batch.push(await operation.variables?.((sent += 1), shelf));
            const [from, before] = [performance.now(), used()];
            const costs = await Promise.all(
              batch.map((variables) => send(url, secret, operation, variables)),
            );
            ms += used() - before - idle * (performance.now() - from);
            points += costs.reduce((sum, cost) => sum + cost, 0);
          }
          return (1_000 * ms) / points;
        };
        const medians: number[] = [];
        for (const operation of OPERATIONS) {
          progress(operation.name);
          await measure(operation, WARM_UP_CPU_MS);
          const rounds: number[] = [];
          while (rounds.length < ROUNDS) rounds.push(await measure(operation, ROUND_CPU_MS));
          medians.push(median(rounds));
          report({ name: operation.name, unit: 'µs a point', a: rounds, b: [] });
        }
        const middle = median(medians);
        report({
          name: 'the operation that is furthest from the median',
          unit: 'times',
          a: [Math.max(...medians.map((value) => Math.max(value / middle, middle / value)))],
          b: [],
          target: { of: 'a', op: '<=', value: MAX_FACTOR },
        });
      } finally {
        await db.end();
        await shop.close();
      }
    },
  },
];

async function send(
  url: string,
  secret: string,
  { name, document }: PricedOperation,
  variables: Record<string, unknown> | undefined,
): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ query: document, variables }),
  });
  const { data, errors, extensions } = answer.parse(await response.json());
  const failed = Object.values(data ?? {}).map((field) => failure.safeParse(field).data?.userErrors);
  const messages = [...(errors ?? []), ...failed.flatMap((each) => each ?? [])];
  if (messages.length > 0) throw new Error(`${name}: ${messages.map(({ message }) => message).join('\n')}`);
  return extensions.cost.actual;
}

const catalog = z.object({
  products: z.object({
    nodes: z.array(
      z.object({ id: z.string(), skus: z.array(z.object({ id: z.string(), code: z.string() })) }),
    ),
  }),
});
const created = z.object({ boardCreate: z.object({ board: z.object({ id: z.string() }) }) });
const place = z.object({ handle: z.string() });

async function fillShelf(url: string, db: Client): Promise<Shelf> {
  await db.query('UPDATE stock_levels SET on_hand = $1, safety_stock = 0', [ON_HAND]);
  const { products } = await ask(
    url,
    catalog,
    '{ products(first: 100, where: { availability: ANY }) { nodes { id skus { id code } } } }',
  );
  const ids = products.nodes.map(({ id }) => id);
  const skus = products.nodes.flatMap((product) => product.skus);
  const { boardCreate } = await ask(
    url,
    created,
    'mutation { boardCreate(input: { title: "Bench" }) { board { id } } }',
  );
  const board = boardCreate.board.id;
  for (const product of ids.slice(0, 20)) {
    await ask(
      url,
      z.unknown(),
      'mutation ($input: PinAddInput!) { pinAdd(input: $input) { board { id } } }',
      {
        input: { board, product },
      },
    );
  }
  const { rows } = await db.query('SELECT handle FROM stock_locations ORDER BY id LIMIT 1');
  const pictures = demoImages(50);
  let made = 0;
  /** The same pictures in other sizes, so that each is new to the gateway. */
  const draw = async (): Promise<Buffer<ArrayBuffer>> => {
    const picture = pictures[made % pictures.length];
    made += 1;
    return Buffer.from(
      await sharp(picture)
        .resize({ width: 700 + made })
        .jpeg()
        .toBuffer(),
    );
  };
  return {
    products: ids,
    skus: skus.map(({ id }) => id),
    codes: skus.map(({ code }) => code),
    location: place.parse(rows[0]).handle,
    board,
    newImage: async () => (await draw()).toString('base64'),
    newUpload: async () => uploadImage(url, await draw()),
  };
}
