import { listProducts } from './list-products.js';
import { CONNECTIONS, requestsPerSecond } from './requests-per-second.js';
import { openShop } from './shop.js';
import type { Benchmark } from './types.js';

const ROUNDS = 5;
const ROUND_SECONDS = 2;
/** Until V8 has compiled the hot code. */
const WARM_UP_SECONDS = 3;
/** Different requests in rotation. */
const REQUESTS = 2_000;
const PAGE = 24;

const CARD = `nodes { id handle title featuredImage { url(width: 384) } priceRange { min { amount } } } pageInfo { endCursor }`;
const COUNTS = `totalCount { count precision } facets { name valueCount buckets { value label count selected } }`;

type Variables = Readonly<Record<string, unknown>>;
interface Scenario {
  readonly name: string;
  readonly field: string;
  readonly parameters: string;
  /** Of the nth request. */
  readonly variables: (n: number, ids: readonly string[]) => Variables;
  readonly target: number | null;
}

const WORDS = [
  'dress',
  'shirt',
  'linen',
  'green coat',
  'wool',
  'blue',
  'striped tee',
  'skirt',
  'trousers',
  'red',
];
const LIST = { field: `products(first: ${PAGE}, where: $where)`, parameters: '$where: ProductFilter' };
const SEARCH = {
  field: `visualSearch(query: $query, first: ${PAGE}, where: $where)`,
  parameters: '$query: VisualQueryInput!, $where: ProductFilter',
};
const like = (n: number, ids: readonly string[]): Variables => ({
  like: [{ product: ids[n % ids.length] }],
});
const SIZE = { options: [{ name: 'size', values: ['M'] }] };

const SCENARIOS: readonly Scenario[] = [
  { name: 'a list of everything, kept', ...LIST, variables: () => ({}), target: 0.85 },
  { name: 'a list in size M, kept', ...LIST, variables: () => ({ where: SIZE }), target: 0.85 },
  {
    name: 'a list of a category in size M, kept',
    ...LIST,
    variables: () => ({ where: { categories: ['tops'], ...SIZE } }),
    target: 0.85,
  },
  {
    // A different price in each request.
    name: 'a list of everything, counted for the first time',
    ...LIST,
    variables: (n) => ({ where: { price: { max: 1_000 + Math.random() * 1e6 + n } } }),
    target: null,
  },
  {
    name: 'products(text:), kept',
    field: `products(first: ${PAGE}, text: $text, sort: RELEVANCE)`,
    parameters: '$text: String',
    variables: (n) => ({ text: WORDS[n % WORDS.length] }),
    target: 0.85,
  },
  {
    name: 'a search by a product',
    ...SEARCH,
    variables: (n, ids) => ({ query: like(n, ids) }),
    target: 0.85,
  },
  {
    name: 'a search by a product in size M',
    ...SEARCH,
    variables: (n, ids) => ({ query: like(n, ids), where: SIZE }),
    target: 0.85,
  },
  {
    name: 'a search by words',
    ...SEARCH,
    variables: (n) => ({ query: { like: [], text: WORDS[n % WORDS.length] } }),
    target: 0.85,
  },
];

export const benchmarks: Benchmark[] = [
  {
    name: 'facets',
    description: 'pages with the usual facets and totalCount ÷ the same pages without, over HTTP',
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const { url } = await shop.serve();
        const ids = (await listProducts(url)).map(({ id }) => id);
        for (const { name, field, parameters, variables, target } of SCENARIOS) {
          progress(name);
          const given = Array.from({ length: REQUESTS }, (_, n) => variables(n, ids));
          const page = (counts: string) => `query (${parameters}) { ${field} { ${CARD} ${counts} } }`;
          const rate = (counts: string, seconds: number) =>
            requestsPerSecond(
              `${url}/graphql`,
              given.map((values) => ({ query: page(counts), variables: values })),
              seconds,
            );
          await rate(COUNTS, WARM_UP_SECONDS);
          await rate('', WARM_UP_SECONDS);
          const [a, b]: [number[], number[]] = [[], []];
          for (let round = 0; round < ROUNDS; round += 1) {
            a.push(await rate(COUNTS, ROUND_SECONDS));
            b.push(await rate('', ROUND_SECONDS));
          }
          report({
            name,
            unit: 'requests/s',
            ...{ a, b },
            ...(target !== null && { target: { op: '>=', value: target } }),
            note: `${ids.length} products, pages of ${PAGE}, five facets, ${CONNECTIONS} connections`,
          });
        }
      } finally {
        await shop.close();
      }
    },
  },
];
