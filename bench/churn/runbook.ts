import { random, type Random } from '../../src/platform/random.js';
import {
  CATEGORIES,
  MARKETS,
  RARE_BRAND,
  type Catalog,
  type Market,
  type Probe,
  type Product,
} from './catalog.js';

/** A change of one offer; `value` is the new stock, or the new price in minor units. */
export interface Change {
  readonly product: number;
  readonly sku: number;
  readonly market: Market;
  readonly set: 'stock' | 'price';
  readonly value: number;
}

/** What an SKU must have, beside stock in the market. An absent condition accepts all. */
export interface Where {
  readonly category?: string;
  readonly color?: string;
  readonly brand?: string;
  readonly size?: string;
  /** In minor units; the price may be equal. */
  readonly maxPrice?: number;
}

export interface Search {
  readonly shape: Shape;
  readonly market: Market;
  /** Index into `Catalog.queries`. */
  readonly query: number;
  readonly where: Where;
}

/** A search; with `probe`, it is asked as soon as that change is committed, and again until it is answered right. */
export interface Step {
  readonly search: Search;
  readonly probe: { readonly change: Change; readonly shows: boolean } | null;
}

/** The kinds of searches, in the order of the report. */
export const SHAPES = {
  'in stock': 'any garment that can be bought in the larger market',
  'other market': 'the same in the smaller market, where fewer are in stock',
  color: 'the color of the garment in the picture',
  size: 'one of its sizes: the SKU in stock must have it',
  price: 'at most its price at first: prices change',
  'color, size, price': 'all three at once, and of one SKU',
  'another category': 'anti-correlated: the filter wants what the picture does not look like',
  'one in a thousand': 'a brand that 0.1% of products have',
  'after a change': 'a garment that was just sold out, restocked, or repriced, right after the commit',
} as const;
export type Shape = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES).filter((name): name is Shape => name in SHAPES);
const COMMON_SHAPES = SHAPE_NAMES.filter((shape) => shape !== 'after a change');

/** How often a change is about a hot product. */
const HOT_CHANGES = 0.6;
/** How often a change makes an offer sellable or sold out, or its price another; the rest changes what is left. */
const FLIPS = 0.45;
const PRICES = 0.35;
const PRICE_SWING = { low: 0.7, high: 1.4 } as const;
const MAX_STOCK = 20;
/** A probe is searched for without a filter, by color, by size, or by price; the last kind changes its price, the others their stock. */
const PROBE_KINDS = 4;
/** What a probe's price is raised to, and the limit of its search, as a factor of its price. */
const RAISED = 2;
const LIMIT = 1.5;

/**
 * Searches, the same for the same seed and catalog: common ones and probes in turns, so that each shape and each probe
 * has its share.
 */
export function makeSearches(catalog: Catalog, seed: string, count: number): Step[] {
  const rng = random(`${seed}/searches`);
  return Array.from({ length: count }, (_, n) => {
    const turn = n >> 1;
    return n % 2 === 0 ? { search: commonSearch(catalog, rng, turn), probe: null } : probeStep(catalog, turn);
  });
}

function commonSearch({ queries, commonQueries, offers }: Catalog, rng: Random, turn: number): Search {
  const shape = COMMON_SHAPES[turn % COMMON_SHAPES.length] ?? 'in stock';
  const query = rng.integer(0, commonQueries - 1);
  const like = queries[query]?.like;
  if (like === undefined) throw new RangeError('There is no query.');
  const market: Market = shape === 'other market' ? 'us' : 'eu';
  const size = rng.pick(like.skus).size;
  const price = offers.find(({ sku }) => sku === like.skus[0]?.id)?.price ?? 0;
  const others = CATEGORIES.filter((category) => category !== like.category);
  const where: Record<Shape, Where> = {
    'in stock': {},
    'other market': {},
    color: { color: like.color },
    size: { size },
    price: { maxPrice: price },
    'color, size, price': { color: like.color, size, maxPrice: price },
    'another category': { category: rng.pick(others) },
    'one in a thousand': { brand: RARE_BRAND },
    'after a change': {},
  };
  return { shape, market, query, where: where[shape] };
}

/** Round after round, each probe disappears, then comes back. */
function probeStep({ probes }: Catalog, turn: number): Step {
  const n = turn % probes.length;
  const probe = probes[n];
  if (probe === undefined) throw new RangeError('There is no probe.');
  const shows = Math.floor(turn / probes.length) % 2 === 1;
  return { search: probeSearch(probe, n), probe: { change: probeChange(probe, n, shows), shows } };
}

const changesPrice = (n: number): boolean => n % PROBE_KINDS === PROBE_KINDS - 1;

function probeChange({ product, sku, price }: Probe, n: number, shows: boolean): Change {
  const offer = { product: product.id, sku: sku.id, market: 'eu' } as const;
  return changesPrice(n)
    ? { ...offer, set: 'price', value: shows ? price : RAISED * price }
    : { ...offer, set: 'stock', value: shows ? 1 : 0 };
}

function probeSearch({ product, sku, price, query }: Probe, n: number): Search {
  const narrowed: readonly Where[] = [
    {},
    { color: product.color },
    { size: sku.size },
    { maxPrice: Math.round(LIMIT * price) },
  ];
  return { shape: 'after a change', market: 'eu', query, where: narrowed[n % PROBE_KINDS] ?? {} };
}

/** The product of a probe's search. */
export function probed({ queries }: Catalog, { query }: Search): number {
  const found = queries[query];
  if (found === undefined) throw new RangeError(`There is no query ${query}.`);
  return found.like.id;
}

/**
 * Changes without end, the same for the same seed and catalog. They are divided among writers by product, so that the
 * changes of one product are committed one after another. Probed products are left out.
 */
export function* makeChanges(
  catalog: Catalog,
  seed: string,
  { writer, writers }: { readonly writer: number; readonly writers: number },
): Generator<Change, never> {
  const rng = random(`${seed}/changes/${writer}`);
  const probes = new Set(catalog.probes.map(({ product }) => product.id));
  const mine = (product: Product): boolean => product.id % writers === writer && !probes.has(product.id);
  const all = catalog.products.filter(mine);
  const hot = catalog.hot.filter(mine);
  const now = new Map(
    catalog.offers.map(({ sku, market, price, stock }) => [`${sku} ${market}`, { base: price, stock }]),
  );
  for (;;) {
    const product = rng.pick(hot.length > 0 && rng.chance(HOT_CHANGES) ? hot : all);
    const sku = rng.pick(product.skus).id;
    const market = rng.pick(MARKETS);
    const offer = now.get(`${sku} ${market}`);
    if (offer === undefined) throw new RangeError(`SKU ${sku} has no offer.`);
    const what = { product: product.id, sku, market };
    const kind = rng.next();
    if (kind < PRICES) {
      const value = Math.round(offer.base * rng.between(PRICE_SWING.low, PRICE_SWING.high));
      yield { ...what, set: 'price', value };
      continue;
    }
    const isSold = offer.stock > 0;
    const crosses = kind < PRICES + FLIPS || !isSold;
    offer.stock = crosses && isSold ? 0 : rng.integer(1, MAX_STOCK);
    yield { ...what, set: 'stock', value: offer.stock };
  }
}
