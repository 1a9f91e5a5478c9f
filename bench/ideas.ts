import { z } from 'zod';
import { ask } from './graphql.js';
import { listProducts } from './list-products.js';
import { openShop } from './shop.js';
import { percentile } from './statistics.js';
import type { Benchmark } from './types.js';

const ROUNDS = 7;
const SEARCHES_A_ROUND = 60;
/** Until V8 has compiled the hot code. */
const WARM_UP_SEARCHES = 300;
const BOARDS = 10;
const PINS_A_BOARD = 24;
const PAGE = 24;

const FIELDS = `nodes { id title } pageInfo { endCursor }`;

export const benchmarks: Benchmark[] = [
  {
    name: 'ideas',
    description: 'a page of Board.ideas over HTTP ÷ a page of visualSearch by a product, one at a time',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        const ids = (await listProducts(url)).map(({ id }) => id);
        const boards = await Promise.all(
          Array.from({ length: BOARDS }, (_, i) =>
            makeBoard(
              url,
              Array.from({ length: PINS_A_BOARD }, (_, n) => at(ids, 37 * (i + 10 * n))),
            ),
          ),
        );
        const plain = (i: number) => search(url, { product: at(ids, i) });
        const sides: Readonly<Record<string, (i: number) => Promise<unknown>>> = {
          'Board.ideas, diversity 0.3': (i) => ideas(url, at(boards, i), 0.3),
          'Board.ideas, diversity 0': (i) => ideas(url, at(boards, i), 0),
          'visualSearch by a product, diversity 0.3': (i) => search(url, { product: at(ids, i) }, 0.3),
        };
        for (const [name, side] of Object.entries(sides)) {
          progress(name);
          await median(side, WARM_UP_SEARCHES);
          await median(plain, WARM_UP_SEARCHES);
          const [a, b]: [number[], number[]] = [[], []];
          for (let round = 0; round < ROUNDS; round += 1) {
            a.push(await median(side, SEARCHES_A_ROUND));
            b.push(await median(plain, SEARCHES_A_ROUND));
          }
          report({
            name: `p50 of ${name} (A), visualSearch by a product (B)`,
            unit: 'ms',
            ...{ a, b },
            note: `${ids.length} products, pages of ${PAGE}, boards of ${PINS_A_BOARD} pins`,
          });
        }
      } finally {
        await shop.close();
      }
    },
  },
];

function at(list: readonly string[], i: number): string {
  return list[i % list.length] ?? '';
}

async function makeBoard(url: string, products: readonly string[]): Promise<string> {
  const made = z.object({ boardCreate: z.object({ board: z.object({ id: z.string() }) }) });
  const create = 'mutation { boardCreate(input: { title: "bench" }) { board { id } } }';
  const board = (await ask(url, made, create)).boardCreate.board.id;
  for (const product of products) {
    const pin = 'mutation ($input: PinAddInput!) { pinAdd(input: $input) { userErrors { message } } }';
    await ask(url, z.unknown(), pin, { input: { board, product } });
  }
  return board;
}

const ideas = (url: string, board: string, diversity: number): Promise<unknown> =>
  ask(
    url,
    z.unknown(),
    `query ($board: ID!, $diversity: Float) { board(id: $board) { ideas(first: ${PAGE}, diversity: $diversity) { ${FIELDS} } } }`,
    { board, diversity },
  );

const search = (url: string, like: { product: string }, diversity = 0): Promise<unknown> =>
  ask(
    url,
    z.unknown(),
    `query ($like: VisualReferenceInput!, $diversity: Float) { visualSearch(query: { like: [$like] }, first: ${PAGE}, diversity: $diversity) { ${FIELDS} } }`,
    { like, diversity },
  );

/** In milliseconds. */
async function median(call: (i: number) => Promise<unknown>, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const started = performance.now();
    await call(i);
    times.push(performance.now() - started);
  }
  return percentile(times, 0.5);
}
