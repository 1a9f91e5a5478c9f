import { random, type Random } from '../../src/platform/random.js';

export const MARKETS = ['eu', 'us'] as const;
export type Market = (typeof MARKETS)[number];

export const SIZES = ['XS', 'S', 'M', 'L', 'XL'] as const;
export const CATEGORIES = [
  ...['dresses', 'skirts', 'trousers', 'jeans', 'shirts', 'knitwear'],
  ...['jackets', 'coats', 'shoes', 'bags', 'swimwear', 'sportswear'],
] as const;
export const COLORS = [
  ...['black', 'white', 'navy', 'red', 'green', 'beige', 'pink', 'yellow', 'brown', 'gray'],
] as const;
const STYLES = 8;
const BRANDS = 20;

/** The brand that about one product in a thousand has. */
export const RARE_BRAND = 'capsule';
const RARE_SHARE = 0.001;
/** In a small catalog too, there is something of the brand to find. */
const RARE_AT_LEAST = 3;

/**
 * Directions along which garments of one style differ. Vectors of an encoder use few of their dimensions; noise in all
 * of them would put all garments of a style at the same distance, which makes searches harder than they are in a shop.
 */
const DIRECTIONS = 48;
/** How much of a vector each part makes up, before it gets the length 1. */
const PARTS = { category: 0.6, style: 0.45, color: 0.35, garment: 0.55, noise: 0.15 } as const;
/** Queries look like a garment, but are none: another photo of it, or of one like it. */
const QUERY = { garment: 0.3, noise: 0.15 } as const;
/** The photo of a probed product itself, a little altered. */
const NEAR_QUERY = { garment: 0.02, noise: 0.02 } as const;

/** Of the SKUs in a market, how many can be sold at first. */
const IN_STOCK = 0.6;
const OFFERED = { eu: 1, us: 0.6 } as const;
/** Of the products, how many are hot: most changes are about them, and half of the searches look near them. */
const HOT = 0.02;
/** Common queries: with vectors from a file, so many are needed beside the products'. */
export const QUERIES = 256;
const PROBES = 64;
/** Of the catalog, at most so much is probed. */
const PROBED_AT_MOST = 0.05;

export interface Sku {
  readonly id: number;
  readonly size: string;
}

/** An item of the catalog; ids count from 1. None of this changes. */
export interface Product {
  readonly id: number;
  readonly category: string;
  readonly color: string;
  readonly brand: string;
  readonly skus: readonly Sku[];
}

/** An SKU in a market. */
export interface Offer {
  readonly sku: number;
  readonly market: Market;
  /** In minor units. */
  readonly price: number;
  /** What can be sold. */
  readonly stock: number;
}

/** A product whose first SKU alone can be sold, and whose changes are followed until searches show them. */
export interface Probe {
  readonly product: Product;
  readonly sku: Sku;
  readonly price: number;
  /** Its query is so near that the product comes first, whenever it may be found. */
  readonly query: number;
}

/** What all contenders are loaded with: the same for the same settings. */
export interface Catalog {
  readonly dimension: number;
  readonly products: readonly Product[];
  /** The vector of each product, with length 1. */
  readonly vectors: readonly Float32Array[];
  /** What is asked for, with length 1, and the product it looks like. */
  readonly queries: readonly { readonly vector: Float32Array; readonly like: Product }[];
  /** How many of `queries`, from the start, are not for probes. */
  readonly commonQueries: number;
  readonly hot: readonly Product[];
  readonly probes: readonly Probe[];
  /** At first. */
  readonly offers: readonly Offer[];
}

export interface CatalogSettings {
  readonly seed: string;
  readonly products: number;
  readonly dimension: number;
  /** Vectors from a file, of any length, instead of generated ones: the last ones become queries. */
  readonly vectors?: readonly Float32Array[];
}

/** @throws RangeError when there are too few products or vectors */
export function makeCatalog({ seed, products: count, dimension, vectors }: CatalogSettings): Catalog {
  const rng = random(`${seed}/catalog`);
  const drawn = vectors === undefined ? new Generated(dimension, rng) : new FromFile(vectors, count, rng);
  const rare = new Set<number>();
  while (rare.size < Math.max(RARE_AT_LEAST, Math.round(RARE_SHARE * count))) rare.add(rng.integer(1, count));

  const products: Product[] = [];
  const all: Float32Array[] = [];
  let sku = 0;
  for (let id = 1; id <= count; id += 1) {
    const { category, color, vector } = drawn.garment(id - 1);
    const brand = rare.has(id) ? RARE_BRAND : `brand-${rng.integer(1, BRANDS)}`;
    const from = rng.integer(0, 2);
    const sizes = SIZES.slice(from, from + rng.integer(2, 3));
    products.push({ id, category, color, brand, skus: sizes.map((size) => ({ id: (sku += 1), size })) });
    all.push(vector);
  }
  const shuffled = rng.shuffle(products);
  const probed = shuffled.splice(0, Math.min(PROBES, Math.max(1, Math.floor(PROBED_AT_MOST * count))));
  const hot = shuffled.slice(0, Math.max(1, Math.round(HOT * count)));

  const queries = Array.from({ length: QUERIES }, (_, n) => {
    const like = rng.pick(rng.chance(0.5) ? hot : shuffled);
    return { like, vector: drawn.query(vectorOf(all, like), n) };
  });
  const offers: Offer[] = [];
  const probes = new Map(probed.map((product) => [product.id, product.skus[0]]));
  const priceOf = new Map<number, number>();
  for (const product of products) {
    const base = Math.round(rng.between(15, 250)) * 100 - 1;
    priceOf.set(product.id, base);
    for (const { id } of product.skus)
      for (const market of MARKETS) {
        const isSold = rng.chance(IN_STOCK * OFFERED[market]);
        const probe = probes.get(product.id);
        const sells = probe === undefined ? isSold : probe.id === id && market === 'eu';
        const stock = sells ? rng.integer(1, 20) : 0;
        offers.push({ sku: id, market, price: base, stock });
      }
  }
  return {
    dimension: all[0]?.length ?? dimension,
    products,
    vectors: all,
    hot,
    offers,
    commonQueries: queries.length,
    probes: probed.flatMap((product, n) => {
      const [first] = product.skus;
      const price = priceOf.get(product.id);
      return first === undefined || price === undefined
        ? []
        : [{ product, sku: first, price, query: queries.length + n }];
    }),
    queries: [
      ...queries,
      ...probed.map((product) => ({
        like: product,
        vector: drawn.near(vectorOf(all, product)),
      })),
    ],
  };
}

function vectorOf(vectors: readonly Float32Array[], { id }: Product): Float32Array {
  const vector = vectors[id - 1];
  if (vector === undefined) throw new RangeError(`There is no vector of product ${id}.`);
  return vector;
}

interface Drawn {
  garment(n: number): { readonly category: string; readonly color: string; readonly vector: Float32Array };
  /** Something that looks like the garment. */
  query(garment: Float32Array, n: number): Float32Array;
  /** The same garment, hardly altered. */
  near(garment: Float32Array): Float32Array;
}

/** Clusters of categories, of styles in them, and of colors across them, as encoders of garments form them. */
class Generated implements Drawn {
  readonly #rng: Random;
  readonly #dimension: number;
  readonly #categories = new Map<string, Float32Array>();
  readonly #styles = new Map<string, Float32Array>();
  readonly #colors = new Map<string, Float32Array>();
  readonly #directions: readonly Float32Array[];

  constructor(dimension: number, rng: Random) {
    this.#rng = rng;
    this.#dimension = dimension;
    for (const category of CATEGORIES) {
      this.#categories.set(category, direction(dimension, rng));
      for (let n = 0; n < STYLES; n += 1) this.#styles.set(`${category} ${n}`, direction(dimension, rng));
    }
    for (const color of COLORS) this.#colors.set(color, direction(dimension, rng));
    this.#directions = Array.from({ length: DIRECTIONS }, () => direction(dimension, rng));
  }

  garment(): { category: string; color: string; vector: Float32Array } {
    const category = this.#rng.pick(CATEGORIES);
    const color = this.#rng.pick(COLORS);
    const style = `${category} ${this.#rng.integer(0, STYLES - 1)}`;
    const vector = this.#varied(PARTS, [
      [PARTS.category, this.#categories.get(category)],
      [PARTS.style, this.#styles.get(style)],
      [PARTS.color, this.#colors.get(color)],
    ]);
    return { category, color, vector };
  }

  query(garment: Float32Array): Float32Array {
    return this.#varied(QUERY, [[1, garment]]);
  }

  near(garment: Float32Array): Float32Array {
    return this.#varied(NEAR_QUERY, [[1, garment]]);
  }

  #varied(
    by: { readonly garment: number; readonly noise: number },
    parts: readonly (readonly [number, Float32Array | undefined])[],
  ): Float32Array {
    const rng = this.#rng;
    const varied = this.#directions.map((one): readonly [number, Float32Array] => [
      // A uniform number in [-1, 1) has a variance of 1/3: together, the directions have the length `garment`.
      by.garment * rng.between(-1, 1) * Math.sqrt(3 / DIRECTIONS),
      one,
    ]);
    return sum([...parts, ...varied, [by.noise, direction(this.#dimension, rng)]], this.#dimension);
  }
}

/** The vectors of a file: its categories are the regions of vectors drawn from it, and its colors are drawn. */
class FromFile implements Drawn {
  readonly #rng: Random;
  readonly #vectors: readonly Float32Array[];
  readonly #garments: number;
  readonly #centers: readonly Float32Array[];

  constructor(vectors: readonly Float32Array[], garments: number, rng: Random) {
    if (vectors.length < garments + QUERIES)
      throw new RangeError(
        `The file has ${vectors.length} vectors; ${garments} products and ${QUERIES} queries need ${garments + QUERIES}.`,
      );
    this.#rng = rng;
    this.#garments = garments;
    this.#vectors = vectors.map((vector) => sum([[1, vector]], vector.length));
    this.#centers = CATEGORIES.map(() => this.#at(rng.integer(0, garments - 1)));
  }

  garment(n: number): { category: string; color: string; vector: Float32Array } {
    const vector = this.#at(n);
    const likeness = this.#centers.map((center) => cosine(center, vector));
    const category = CATEGORIES[likeness.indexOf(Math.max(...likeness))] ?? CATEGORIES[0];
    return { category, color: this.#rng.pick(COLORS), vector };
  }

  /** The file's own vectors that no product has. */
  query(_garment: Float32Array, n: number): Float32Array {
    return this.#at(this.#garments + n);
  }

  near(garment: Float32Array): Float32Array {
    return sum(
      [
        [1, garment],
        [NEAR_QUERY.noise, direction(garment.length, this.#rng)],
      ],
      garment.length,
    );
  }

  #at(n: number): Float32Array {
    const vector = this.#vectors[n];
    if (vector === undefined) throw new RangeError(`The file has no vector ${n}.`);
    return vector;
  }
}

function direction(dimension: number, rng: Random): Float32Array {
  return sum([[1, Float32Array.from({ length: dimension }, () => rng.between(-1, 1))]], dimension);
}

/** The weighted sum, with length 1. */
function sum(
  parts: readonly (readonly [number, Float32Array | undefined])[],
  dimension: number,
): Float32Array {
  const total = new Float64Array(dimension);
  for (const [weight, vector] of parts)
    for (let i = 0; i < dimension; i += 1) total[i] = (total[i] ?? 0) + weight * (vector?.[i] ?? 0);
  let squares = 0;
  for (const x of total) squares += x * x;
  const length = Math.sqrt(squares);
  return Float32Array.from(total, (x) => (length > 0 ? x / length : 0));
}

/** The similarity of vectors with length 1, in float64. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}
