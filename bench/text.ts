import { z } from 'zod';
import { ask } from './graphql.js';
import { listNodes } from './list-products.js';
import { openShop } from './shop.js';
import { bootstrapInterval, mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const RESULTS = 10;
const QUERIES = 150;
const ROUNDS = 7;
const SEARCHES_A_ROUND = 40;

export const benchmarks: Benchmark[] = [
  {
    name: 'text',
    description:
      'the demo catalog: "this, but in navy" and "this, but by another brand", fused ÷ the image alone',
    run,
  },
];

const product = z.object({
  id: z.string(),
  category: z.object({ handle: z.string() }),
  brand: z.object({ name: z.string() }).nullable(),
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
});
type Product = z.infer<typeof product>;
const PRODUCT_FIELDS = 'id category { handle } brand { name } attributes { name value }';

const found = z.object({ visualSearch: z.object({ nodes: z.array(z.object({ id: z.string() })) }) });

async function search(
  url: string,
  query: Record<string, unknown>,
  availability: 'ANY' | 'SELLABLE',
): Promise<string[]> {
  const { visualSearch } = await ask(
    url,
    found,
    `query ($query: VisualQueryInput!, $availability: AvailabilityFilter!) {
      visualSearch(query: $query, where: { availability: $availability }, first: ${RESULTS}) { nodes { id } }
    }`,
    { query, availability },
  );
  return visualSearch.nodes.map(({ id }) => id);
}

interface Question {
  readonly like: string;
  readonly text: string;
  /** The correct answers. */
  readonly wanted: ReadonlySet<string>;
}

const colorOf = ({ attributes }: Product): string | undefined =>
  attributes.find(({ name }) => name === 'color')?.value;

/** A product, and the words for another one in its category: its color or its brand. */
function questions(
  catalog: readonly Product[],
  wordOf: (product: Product) => string | undefined,
): Question[] {
  const step = Math.max(1, Math.floor(catalog.length / QUERIES));
  return catalog
    .filter((_, i) => i % step === 0)
    .flatMap((product) => {
      const alike = catalog.filter(({ category }) => category.handle === product.category.handle);
      const other = alike.map(wordOf).find((word) => word !== undefined && word !== wordOf(product));
      if (other === undefined) return [];
      const wanted = new Set(alike.filter((candidate) => wordOf(candidate) === other).map(({ id }) => id));
      return [{ like: product.id, text: other, wanted }];
    });
}

async function run(report: (m: Measurement) => void, progress: (line: string) => void): Promise<void> {
  const shop = await openShop();
  try {
    progress('importing the demo catalog');
    const { url } = await shop.serve();
    const catalog = await listNodes(url, product, PRODUCT_FIELDS, 'ANY');
    const asked = {
      'in another color': questions(catalog, colorOf),
      'by another brand': questions(catalog, ({ brand }) => brand?.name),
    };
    for (const [name, list] of Object.entries(asked)) {
      for (const [how, toQuery] of Object.entries(WAYS)) {
        progress(`${name}: ${how}`);
        const shares: number[] = [];
        for (const question of list) {
          const ids = await search(url, toQuery(question), 'ANY');
          const reachable = Math.min(RESULTS, question.wanted.size);
          shares.push(ids.filter((id) => question.wanted.has(id)).length / reachable);
        }
        report({
          name: `${name}, of its type, in the best ${RESULTS}: ${how}`,
          unit: 'share',
          a: [mean(shares)],
          b: [],
          interval: bootstrapInterval(shares),
          note: `${list.length} queries from ${catalog.length} products; a share of those that fit into ${RESULTS} places`,
        });
      }
    }
    await compareLatency(url, Object.values(asked).flat(), report, progress);
  } finally {
    await shop.close();
  }
}

const WAYS: Readonly<Record<string, (question: Question) => Record<string, unknown>>> = {
  'image alone': ({ like }) => ({ like: [{ product: like }] }),
  'words alone': ({ text }) => ({ like: [], text }),
  fused: ({ like, text }) => ({ like: [{ product: like }], text }),
};

async function compareLatency(
  url: string,
  list: readonly Question[],
  report: (m: Measurement) => void,
  progress: (line: string) => void,
): Promise<void> {
  const time = async (toQuery: (question: Question) => Record<string, unknown>): Promise<number> => {
    const started = performance.now();
    for (const question of list.slice(0, SEARCHES_A_ROUND)) await search(url, toQuery(question), 'SELLABLE');
    return (performance.now() - started) / SEARCHES_A_ROUND;
  };
  const plain = ({ like }: Question) => ({ like: [{ product: like }] });
  const fused = ({ like, text }: Question) => ({ like: [{ product: like }], text });
  const mistyped = ({ like, text }: Question) => ({ like: [{ product: like }], text: `${text} drees` });
  for (const [name, toQuery] of Object.entries({ 'with words': fused, 'with a mistyped word': mistyped })) {
    const a: number[] = [];
    const b: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress(`latency ${name}: round ${round} of ${ROUNDS}`);
      a.push(await time(toQuery));
      b.push(await time(plain));
    }
    report({ name: `visualSearch ${name} ÷ without`, unit: 'ms', a, b, note: 'one after the other' });
  }
}
