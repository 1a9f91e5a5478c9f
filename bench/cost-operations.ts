/** What an operation needs of the demo catalog. */
export interface Shelf {
  /** Global ids. */
  readonly products: readonly string[];
  readonly skus: readonly string[];
  readonly codes: readonly string[];
  readonly location: string;
  readonly board: string;
  /** The id of an uploaded image that is not encoded yet. */
  readonly newUpload: () => Promise<string>;
  /** An image in base64 that is not encoded yet. */
  readonly newImage: () => Promise<string>;
}

export interface PricedOperation {
  readonly name: string;
  readonly document: string;
  /** How many are sent at once, where the gateway lets a client wait for fewer than usual. */
  readonly inFlight?: number;
  /** For the nth time that it is sent. */
  readonly variables?: (
    n: number,
    shelf: Shelf,
  ) => Record<string, unknown> | Promise<Record<string, unknown>>;
}

const CARD = `id handle title description url updatedAt brand { id handle name } category { id handle name }
  featuredImage { id url(width: 400) width height thumbhash dominantColor }
  priceRange { min { amount compareAtAmount currencyCode } max { amount currencyCode } }
  availability { sellable level sellableOptions { name value } }`;
const EVERYTHING = `${CARD} attributes { name value } images { id url altText width height thumbhash }
  skus { id code gtin options { name value } price { amount compareAtAmount currencyCode validUntil }
    availability { sellable level quantity restockAt asOf locations(first: 3) { quantity pickup location { name } } } checkoutUrl image { id } }`;
const PAGE = `edges { score cursor image { id url } node { id title } skus { code price { amount } availability { level } } }
  pageInfo { hasNextPage endCursor }`;
const LIKE = 'query ($like: [VisualReferenceInput!]!)';
const WORDS = ['navy dress', 'wool coat', 'striped shirt', 'leather boots', 'green jacket'];
/** The dearest: most products of the demo catalog have them. */
const COMMON_WORDS = ['hand wash', 'fit with sleeves', 'women', 'wash', 'long sleeves'];

const pick = <T>(from: readonly T[], n: number): T => {
  const found = from[n % from.length];
  if (found === undefined) throw new Error('the demo catalog is not empty');
  return found;
};
const some = <T>(from: readonly T[], n: number, count: number): T[] =>
  Array.from({ length: Math.min(count, from.length) }, (_, i) => pick(from, n * count + i));
const like = (n: number, { products }: Shelf, count: number): Record<string, unknown> => ({
  like: some(products, n, count).map((product) => ({ product })),
});

/** At most 50 suggestions of a client wait, and each of these operations asks for 20. */
const SUGGESTING = 2;

/** One suggestion for each of 20 beginnings. */
const suggestForEach = (list: string): string =>
  `{ ${Array.from('abcdefghlmnoprstuvwy', (letter) => `${letter}: suggest(text: "${letter}", first: 1) { ${list} }`).join(' ')} }`;

/** The dearest kinds of operations, and some cheap ones. */
export const OPERATIONS: readonly PricedOperation[] = [
  { name: 'nothing: { __typename }', document: '{ __typename }' },
  {
    name: 'a product',
    document: `query ($id: ID!) { product(id: $id) { ${CARD} } }`,
    variables: (n, { products }) => ({ id: pick(products, n) }),
  },
  { name: 'a list of 24 products', document: `{ products(first: 24) { nodes { ${CARD} } } }` },
  {
    name: 'a list of 24 products with everything',
    document: `{ products(first: 24) { nodes { ${EVERYTHING} } } }`,
  },
  {
    name: 'a list of 24 products, lowest price first',
    document: `{ products(first: 24, sort: PRICE_ASC) { nodes { id title } } }`,
  },
  {
    name: 'a list of 24 products by words that most have',
    document: `query ($text: String!) { products(first: 24, text: $text, sort: RELEVANCE) { nodes { id title } } }`,
    variables: (n) => ({ text: pick(COMMON_WORDS, n) }),
  },
  {
    name: 'suggestions for a letter',
    document: `query ($text: String!) { suggest(text: $text, first: 20) {
      texts products { id } brands { id } categories { id } } }`,
    variables: (n) => ({ text: pick(['s', 'd', 'c', 'wool '], n) }),
  },
  {
    name: 'one word suggested for each of 20 beginnings',
    document: suggestForEach('texts'),
    inFlight: SUGGESTING,
  },
  {
    name: 'one product suggested for each of 20 beginnings',
    document: suggestForEach('products { id }'),
    inFlight: SUGGESTING,
  },
  {
    name: '24 products with facts',
    document: `{ products(first: 24) { nodes { facts { subject predicate value source } } } }`,
  },
  {
    name: 'a search by a product',
    document: `${LIKE} { visualSearch(query: { like: $like }) { ${PAGE} } }`,
    variables: (n, shelf) => like(n, shelf, 1),
  },
  {
    name: 'a search by 16 products',
    document: `${LIKE} { visualSearch(query: { like: $like }) { ${PAGE} } }`,
    variables: (n, shelf) => like(n, shelf, 16),
  },
  {
    name: 'a search with words',
    document: `query ($like: [VisualReferenceInput!]!, $text: String) { visualSearch(query: { like: $like, text: $text }) { ${PAGE} } }`,
    variables: (n, shelf) => ({ ...like(n, shelf, 1), text: pick(WORDS, n) }),
  },
  {
    name: 'a search with diversity',
    document: `${LIKE} { visualSearch(query: { like: $like }, diversity: 0.5) { ${PAGE} } }`,
    variables: (n, shelf) => like(n, shelf, 1),
  },
  {
    name: 'a search with words and diversity',
    document: `query ($like: [VisualReferenceInput!]!, $text: String) { visualSearch(query: { like: $like, text: $text }, diversity: 0.5) { ${PAGE} } }`,
    variables: (n, shelf) => ({ ...like(n, shelf, 1), text: pick(WORDS, n) }),
  },
  {
    name: 'a search with facets',
    document: `${LIKE} { visualSearch(query: { like: $like }) { ${PAGE} facets { name buckets { label count value } } } }`,
    variables: (n, shelf) => like(n, shelf, 1),
  },
  {
    name: 'a search by a new upload',
    document: `query ($id: ID!) { visualSearch(query: { like: [{ image: { id: $id } }] }) { ${PAGE} } }`,
    variables: async (_n, { newUpload }) => ({ id: await newUpload() }),
  },
  {
    name: 'a search by a part of a new image in base64',
    document: `query ($base64: Base64!) { visualSearch(query: { like: [{ image: { base64: $base64 }, box: { x: 0.1, y: 0.1, width: 0.8, height: 0.8 } }] }) { ${PAGE} } }`,
    variables: async (_n, { newImage }) => ({ base64: await newImage() }),
  },
  {
    name: 'what looks like each of 10 products',
    document: `{ products(first: 10) { nodes { similar(first: 10) { nodes { id title } } } } }`,
  },
  {
    name: 'look, with matches',
    document: `query ($id: ID!) { look(image: { id: $id }) { complete items { box { x y width height } label { value confidence } matches { ${PAGE} } } } }`,
    variables: async (_n, { newUpload }) => ({ id: await newUpload() }),
  },
  {
    name: 'identify',
    document: `query ($id: ID!) { identify(image: { id: $id }) { labels { kind value confidence } match { probability node { id title } } facts { value } } }`,
    variables: async (_n, { newUpload }) => ({ id: await newUpload() }),
  },
  {
    name: 'matchSku',
    document: `query ($id: ID!) { matchSku(image: { id: $id }) { outcome sku { code } match { score node { id title } } alternatives { node { id title } } } }`,
    variables: async (_n, { newUpload }) => ({ id: await newUpload() }),
  },
  {
    name: 'ideas for a board',
    document: `query ($id: ID!) { board(id: $id) { ideas { ${PAGE} } } }`,
    variables: (_n, { board }) => ({ id: board }),
  },
  {
    name: 'palette and brief of a board',
    document: `query ($id: ID!) { board(id: $id) { palette brief { prompt negativePrompt } } }`,
    variables: (_n, { board }) => ({ id: board }),
  },
  {
    name: '100 nodes',
    document: `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { title } ... on Sku { code } } }`,
    variables: (n, { products, skus }) => ({ ids: [...some(products, n, 50), ...some(skus, n, 50)] }),
  },
  {
    name: '250 SKUs by code',
    document: `query ($codes: [String!]!) { skus(codes: $codes) { id code price { amount } availability { level quantity } } }`,
    variables: (n, { codes }) => ({ codes: some(codes, n, 250) }),
  },
  {
    name: 'introspection',
    document: `{ __schema { types { name kind description fields { name description args { name description type { name kind ofType { name kind } } defaultValue } type { name kind ofType { name kind ofType { name kind } } } } inputFields { name description type { name kind ofType { name kind } } } enumValues { name description } } directives { name args { name } } } }`,
  },
  {
    name: 'stockSet of 250 entries',
    document: `mutation ($input: StockSetInput!) { stockSet(input: $input) { levels { code onHand sellable location { name } } userErrors { message } } }`,
    variables: (n, { codes, location }) => ({
      input: { entries: some(codes, 0, 250).map((sku) => ({ sku, location, onHand: 1_000 + n })) },
    }),
  },
  {
    name: 'stockAdjust of 1 entry',
    document: `mutation ($input: StockAdjustInput!) { stockAdjust(input: $input) { levels { code onHand } userErrors { message } } }`,
    variables: (n, { codes, location }) => ({
      input: { entries: [{ sku: pick(codes, n), location, delta: 1 }] },
    }),
  },
  {
    name: 'pricesSet of 250 entries',
    document: `mutation ($input: PricesSetInput!) { pricesSet(input: $input) { skus { code price { amount } } userErrors { message } } }`,
    variables: (n, { codes }) => ({
      input: {
        entries: some(codes, 0, 250).map((sku) => ({
          sku,
          amount: `${100 + (n % 50)}.00`,
          currencyCode: 'EUR',
        })),
      },
    }),
  },
  {
    name: 'productsUpsert of 50 new products',
    document: `mutation ($input: ProductsUpsertInput!) { productsUpsert(input: $input) { products { id title } userErrors { message } } }`,
    variables: (n) => ({
      input: {
        products: Array.from({ length: 50 }, (_, i) => ({
          handle: `bench-${n}-${i}`,
          title: `Bench ${n} ${i}`,
          category: 'Tops > Shirts',
          attributes: [{ name: 'color', value: 'navy' }],
          skus: ['S', 'M', 'L'].map((size) => ({
            code: `bench-${n}-${i}-${size}`,
            options: [{ name: 'size', value: size }],
          })),
        })),
      },
    }),
  },
  {
    name: 'holdCreate with 100 lines',
    document: `mutation ($input: HoldCreateInput!) { holdCreate(input: $input) { hold { id lines { quantity } } userErrors { message } } }`,
    variables: (n, { skus }) => ({ input: { lines: some(skus, n, 100).map((sku) => ({ sku })) } }),
  },
  {
    name: 'holdCreate with 1 line',
    document: `mutation ($input: HoldCreateInput!) { holdCreate(input: $input) { hold { id } userErrors { message } } }`,
    variables: (n, { skus }) => ({ input: { lines: [{ sku: pick(skus, n) }] } }),
  },
];
