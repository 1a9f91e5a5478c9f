/** A large shop whose images look like real ones: copies of embeddings of photographs and drawings, moved a little. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { projectProduct, type OfferFacts } from '../src/projection/project-product.js';
import { optionTag, tag } from '../src/projection/tags.js';
import { type IndexFilter, type IndexPoint, MATCH_ALL } from '../src/vector-index/port.js';
import { DEFAULT_ENCODER, openEncoder } from '../src/vision/encoder.js';
import { inTurns } from './in-turns.js';
import { noPhotographs, PHOTOGRAPHS_FEED } from './photographs.js';
import { DEMO_FEED } from './shop.js';
import { generator } from './statistics.js';

const IMAGES_A_PRODUCT = 2;
/** How far a product is between two garments of its category, at most. */
const MOST_BLEND = 0.5;
/** Lengths of the random vector that is added for each product, and for its second image. */
const PRODUCT_NOISE = 0.2;
const IMAGE_NOISE = 0.15;

const CHANNEL = 'main';
const SIZES = ['xs', 's', 'm', 'l', 'xl'];
const COLORS = ['black', 'white', 'navy', 'olive', 'beige', 'red', 'blue', 'green', 'pink', 'gray'];
/** One brand has a thousandth of the products; the others share the rest. */
const RARE_BRAND = 'rare';
const RARE = 0.001;
const BRANDS = 200;
const LOCATIONS = [1, 2, 3];
/** A product that is not sold out has about half of its sizes. */
const SOLD_OUT = 0.3;
const SIZE_IN_STOCK = 0.5;
/** An arbitrary moment. */
const CREATED_AT = 1_790_000_000;

const feedRows = z.array(
  z.object({ item_group_id: z.string(), image_link: z.string(), product_type: z.string() }),
);

/** An image of a garment that exists, embedded. */
interface Seen {
  readonly vector: Float32Array;
  /** Handle of its category, as in `tops/t-shirts`. */
  readonly category: string;
}

/** Embeds one image of each product of the demo catalog, and of the photographs if there are any. */
export async function embedGarments(progress: (line: string) => void): Promise<Seen[]> {
  const feeds = noPhotographs() === undefined ? [DEMO_FEED, PHOTOGRAPHS_FEED] : [DEMO_FEED];
  const encoder = await openEncoder({ directory: DEFAULT_ENCODER });
  try {
    const garments = (await Promise.all(feeds.map(readGarments))).flat();
    progress(`embedding ${garments.length.toLocaleString('en')} garments`);
    return await inTurns(garments, async ({ file, category }) => ({
      category,
      vector: await encoder.encode(await readFile(file)),
    }));
  } finally {
    await encoder.close();
  }
}

async function readGarments(feed: string): Promise<{ file: string; category: string }[]> {
  const rows = feedRows.parse(
    parse(await readFile(feed, 'utf8'), { columns: true, delimiter: '\t', quote: false }),
  );
  return [...new Map(rows.map((row) => [row.item_group_id, row])).values()].map(
    ({ image_link, product_type }) => ({
      file: join(dirname(feed), image_link),
      category: product_type.replaceAll(' > ', '/'),
    }),
  );
}

/** What filters ask of a product. */
interface Facts {
  readonly category: number;
  readonly brand: number;
  readonly color: number;
  /** Bit n: the n-th size is in stock. */
  readonly sizes: number;
}

/** A filter of a query, and which products pass it. */
interface Asked {
  readonly filter: IndexFilter;
  readonly passes: (facts: Facts) => boolean;
}

/** A query near a garment of the shop. */
export interface ShopQuery {
  readonly vector: Float32Array;
  readonly category: number;
  /** The category that is least like it. */
  readonly opposite: number;
}

const all = (...clauses: string[][]): IndexFilter => ({ ...MATCH_ALL, clauses });
const M = SIZES.indexOf('m');
const inStock = ({ sizes }: Facts): boolean => sizes !== 0;
const has = (size: number, { sizes }: Facts): boolean => (sizes & (1 << size)) !== 0;

export class LargeShop {
  readonly dimension: number;
  readonly queries: readonly ShopQuery[];
  readonly #vectors: Float32Array;
  readonly #facts: Facts[] = [];
  readonly #categories: readonly string[];
  readonly #brands = [RARE_BRAND, ...Array.from({ length: BRANDS }, (_, n) => `brand-${n}`)];

  /** The same shop for the same garments and numbers. */
  constructor(
    seen: readonly Seen[],
    readonly images: number,
    queries: number,
  ) {
    const random = generator(images);
    const pick = <T>(from: readonly T[]): T => {
      const picked = from[Math.floor(random() * from.length)];
      if (picked === undefined) throw new Error('there is no garment');
      return picked;
    };
    this.dimension = pick(seen).vector.length;
    this.#categories = [...new Set(seen.map(({ category }) => category))].sort();
    const byCategory = this.#categories.map((handle) => seen.filter(({ category }) => category === handle));
    const garment = (): { readonly category: number; readonly vector: Float32Array } => {
      const category = this.#categories.indexOf(pick(seen).category);
      const alike = byCategory[category] ?? [];
      return { category, vector: between(pick(alike).vector, pick(alike).vector, MOST_BLEND * random()) };
    };
    this.#vectors = new Float32Array(images * this.dimension);
    for (let image = 0; image < images; image += IMAGES_A_PRODUCT) {
      const { category, vector } = garment();
      const isSoldOut = random() < SOLD_OUT;
      this.#facts.push({
        category,
        brand: random() < RARE ? 0 : 1 + Math.floor(random() * BRANDS),
        color: Math.floor(random() * COLORS.length),
        sizes: SIZES.reduce((bits, _, n) => bits | (!isSoldOut && random() < SIZE_IN_STOCK ? 1 << n : 0), 0),
      });
      const first = near(vector, PRODUCT_NOISE, random);
      for (let n = 0; n < IMAGES_A_PRODUCT && image + n < images; n += 1)
        this.#vectors.set(n === 0 ? first : near(first, IMAGE_NOISE, random), (image + n) * this.dimension);
    }
    const centers = byCategory.map((alike) => meanOf(alike.map(({ vector }) => vector)));
    this.queries = Array.from({ length: queries }, () => {
      const { category, vector } = garment();
      const likeness = centers.map((center) => dot(center, 0, vector));
      return {
        category,
        opposite: likeness.indexOf(Math.min(...likeness)),
        vector: near(vector, PRODUCT_NOISE, random),
      };
    });
  }

  /** All images, this many at a time. */
  *points(size: number): Generator<IndexPoint[]> {
    for (let start = 0; start < this.images; start += size)
      yield Array.from({ length: Math.min(size, this.images - start) }, (_, i) => this.point(start + i));
  }

  /** The n-th image; `sizes`: another stock than its own. */
  point(n: number, sizes?: number): IndexPoint {
    const product = Math.floor(n / IMAGES_A_PRODUCT);
    const facts = this.#facts[product];
    if (facts === undefined) throw new Error(`there is no image ${n}`);
    const vector = this.#vectors.subarray(n * this.dimension, (n + 1) * this.dimension);
    const payload = this.#project(1 + product, { ...facts, sizes: sizes ?? facts.sizes }, 1 + n);
    return { imageId: 1 + n, productId: 1 + product, vector, payload };
  }

  #project(key: number, { category, brand, color, sizes }: Facts, imageId: number): IndexPoint['payload'] {
    const path = (this.#categories[category] ?? '').split('/');
    const amount = 1_000 + ((key * 7_919) % 20_000);
    const offers = SIZES.map((size, n): OfferFacts => ({
      ...{ skuKey: SIZES.length * key + n, channel: CHANNEL, options: { size, color: COLORS[color] ?? '' } },
      stockedAt: (sizes & (1 << n)) === 0 ? [] : LOCATIONS.slice(0, 1 + ((key + n) % LOCATIONS.length)),
      ...{ orderable: (sizes & (1 << n)) !== 0, onSale: false, gtin: String(SIZES.length * key + n) },
      ...{ minAmount: amount, maxAmount: amount },
    }));
    const payload = projectProduct(
      {
        ...{ key, brand: this.#brands[brand] ?? null, createdAt: CREATED_AT + key },
        categories: path.map((_, depth) => path.slice(0, depth + 1).join('/')),
        attributes: [{ name: 'color', value: COLORS[color] ?? '' }],
      },
      offers,
      [{ shows: {}, imageIds: [imageId] }],
    ).get(imageId);
    if (payload === undefined) throw new Error('a projection has a payload for each image');
    return payload;
  }

  /** The filters of shops, for a query. */
  shapes({ category, opposite }: ShopQuery): Record<string, Asked> {
    const handle = (of: number): string => this.#categories[of] ?? '';
    const isIn = (facts: Facts, of: number): boolean =>
      `${handle(facts.category)}/`.startsWith(`${handle(of)}/`);
    const composite = (of: number): Asked => ({
      filter: all([tag.sellable(CHANNEL, handle(of), optionTag('size', 'm'))]),
      passes: (facts) => isIn(facts, of) && has(M, facts),
    });
    return {
      'no filter': { filter: MATCH_ALL, passes: () => true },
      'one tag: in stock': { filter: all([tag.sellable(CHANNEL)]), passes: inStock },
      'composite tag: in stock, its category, size M': composite(category),
      'three tags: in stock in its category, ten brands, three colors': {
        filter: all(
          [tag.sellable(CHANNEL, handle(category))],
          this.#brands.slice(1, 11).map(tag.brand),
          COLORS.slice(0, 3).map((color) => tag.attribute('color', color)),
        ),
        passes: (facts) =>
          isIn(facts, category) && inStock(facts) && facts.brand >= 1 && facts.brand <= 10 && facts.color < 3,
      },
      'anti-correlated: in stock, the least similar category, size M': composite(opposite),
      '0.1 %: in stock, a rare brand': {
        filter: all([tag.sellable(CHANNEL)], [tag.brand(RARE_BRAND)]),
        passes: (facts) => facts.brand === 0 && inStock(facts),
      },
    };
  }

  /** The products of the exact page for each filter, by comparing with all images. */
  exactPages({ vector }: ShopQuery, shapes: Record<string, Asked>, limit: number): Record<string, number[]> {
    const scores = Float32Array.from(this.#facts, (_, product) => {
      let best = -Infinity;
      for (let n = 0; n < IMAGES_A_PRODUCT; n += 1) {
        const image = IMAGES_A_PRODUCT * product + n;
        if (image < this.images) best = Math.max(best, dot(this.#vectors, image * this.dimension, vector));
      }
      return best;
    });
    return Object.fromEntries(
      Object.entries(shapes).map(([name, { passes }]) => {
        const passing = this.#facts.flatMap((facts, product) => (passes(facts) ? [product] : []));
        passing.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
        return [name, passing.slice(0, limit).map((product) => 1 + product)];
      }),
    );
  }
}

function dot(vectors: Float32Array, from: number, vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += (vectors[from + i] ?? 0) * (vector[i] ?? 0);
  return sum;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, 0, vector));
  return vector.map((x) => x / length);
}

const between = (a: Float32Array, b: Float32Array, share: number): Float32Array =>
  unit(a.map((x, i) => (1 - share) * x + share * (b[i] ?? 0)));

/** `noise` is the length of the random vector that is added. */
function near(vector: Float32Array, noise: number, random: () => number): Float32Array {
  // Uniform numbers in [-0.5, 0.5) have a variance of 1/12.
  const scale = noise * Math.sqrt(12 / vector.length);
  return unit(vector.map((x) => x + (random() - 0.5) * scale));
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  return unit(sum);
}
