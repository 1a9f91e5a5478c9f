import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cosine, makeCatalog, type Catalog, type Product, type Sku } from '../../bench/churn/catalog.js';
import { PAGE, type Contender } from '../../bench/churn/contender.js';
import { Session, type MeasureSettings } from '../../bench/churn/measure.js';
import { renderPage } from '../../bench/churn/page.js';
import { askedVector, openPlainShop, type PlainShop } from '../../bench/churn/plain-shop.js';
import { totalsOf, type Figures } from '../../bench/churn/report.js';
import type { Search, Shape } from '../../bench/churn/runbook.js';
import { offerKey } from '../../bench/churn/truth.js';
import { readVectors } from '../../bench/churn/vectors-file.js';

/**
 * Measures shops that are wrong on purpose, in ways that people reported of what they use: each report is a fault here,
 * and each fault is seen in the figures that it is about, and in no other.
 */

const SETTINGS: MeasureSettings = {
  ...{ seed: 'churn', searches: 64, seconds: 0.3, rounds: 1, changesPerSecond: 40 },
  // Lost changes are waited for.
  lostAfterMs: 250,
};
const LAG_MS = 100;

let catalog: Catalog;
/** The SQL of all of them, one after another. */
let shop: PlainShop;
beforeAll(async () => {
  catalog = makeCatalog({ seed: 'churn', products: 600, dimension: 24 });
  shop = await openPlainShop(catalog, process.env['VITRINE_TEST_SERVER']);
});
afterAll(() => shop.close());

/** What is wrong with a shop. */
interface Fault {
  /** The index gets each change so much later. */
  readonly lagMs?: number;
  /** The index never gets changes that make something sellable. */
  readonly losesRestocks?: boolean;
  readonly ignores?: 'stock' | 'color';
  /** Size, price, and stock may be of different SKUs. */
  readonly isFlat?: boolean;
  /** The filter is applied to so many of the most similar products. */
  readonly candidates?: number;
  /** Commits do not arrive in SQL. */
  readonly losesCommits?: boolean;
}

test('a shop without faults has none: not one leak, miss, short page, or lost change', async () => {
  const figures = await measureWith({});
  expect(totalsOf(figures)).toMatchObject({ searches: 64, recall: 1, leaks: 0, misses: 0, shortPages: 0 });
  expect(figures.lost).toBe(0);
  expect(figures.visible?.samples).toHaveLength(32);
  expect(figures.searches.perSecond.median).toBeGreaterThan(0);
  expect(figures.changes.perSecond.median).toBeGreaterThan(0);
  expect(figures.changes.caughtUpMs).not.toBeNull();
  expect(figures.shapes.every(({ searches }) => searches > 0)).toBe(true);
});

// https://github.com/ebigunso/character-memory/pull/24: a write was acknowledged before reads saw it.
test('an index that lags leaks what was just sold out, and is seen to take its time', async () => {
  const figures = await measureWith({ lagMs: LAG_MS });
  const after = of(figures, 'after a change');
  expect(after.leaks).toBeGreaterThan(0);
  expect(after.filterLeaks).toBe(0);
  expect(figures.visible?.p50).toBeGreaterThanOrEqual(LAG_MS - 20);
  expect(figures.lost).toBe(0);
});

// https://github.com/meilisearch/meilisearch/issues/3887: filtered searches did not find what was updated.
test('changes that never arrive are lost, and what they were about is missed', async () => {
  const figures = await measureWith({ losesRestocks: true });
  expect(figures.lost).toBeGreaterThan(0);
  expect(totalsOf(figures).misses).toBeGreaterThan(0);
  expect(totalsOf(figures).leaks).toBe(0);
});

// https://github.com/algolia/algoliasearch-wordpress/issues/813: what is out of stock shows up.
test('a search that does not look at the stock leaks', async () => {
  const figures = await measureWith({ ignores: 'stock' });
  expect(of(figures, 'in stock').leaks).toBeGreaterThan(0);
  expect(totalsOf(figures).filterLeaks).toBe(0);
});

test('a search that drops a filter leaks, and no change explains it', async () => {
  const figures = await measureWith({ ignores: 'color' });
  expect(of(figures, 'color').filterLeaks).toBeGreaterThan(0);
  expect(of(figures, 'in stock').leaks).toBe(0);
  expect(of(figures, 'another category').leaks).toBe(0);
});

// https://github.com/qdrant/qdrant/issues/8409: flat conditions on a list of objects are fast and incorrect.
test('conditions that different SKUs may meet leak where there are several', async () => {
  const figures = await measureWith({ isFlat: true });
  expect(of(figures, 'size').leaks + of(figures, 'color, size, price').leaks).toBeGreaterThan(0);
  expect(of(figures, 'in stock').leaks).toBe(0);
  expect(of(figures, 'another category').leaks).toBe(0);
});

// https://github.com/plastic-labs/honcho/issues/1048: too few results of a filtered pgvector search;
// https://github.com/chroma-core/chroma/issues/4089: recall by how many the filter lets through;
// https://github.com/apache/lucene/pull/14160: recall by how the filter correlates with the query.
test('a filter over too few candidates gives short pages, worst where it wants something else', async () => {
  const figures = await measureWith({ candidates: 40 });
  expect(of(figures, 'another category').shortPages).toBe(of(figures, 'another category').searches);
  expect(of(figures, 'one in a thousand').recall?.mean).toBeLessThan(0.5);
  expect(of(figures, 'in stock').recall?.mean).toBeGreaterThan(
    of(figures, 'another category').recall?.mean ?? 1,
  );
  expect(totalsOf(figures).leaks).toBe(0);
});

test('a shop whose SQL is not what was committed is not measured', async () => {
  await expect(measureWith({ losesCommits: true })).rejects.toThrow(
    'churn_offers differs from the runbook after a round',
  );
});

describe('the page', () => {
  test('has every figure and no other file, and says who was skipped', async () => {
    const figures = await measureWith({ candidates: 40 });
    const machine = {
      ...{ cpu: 'a <CPU>', cores: 2, node: 'v20', platform: 'linux x64', loadAtStart: 3, busy: true },
    };
    const page = renderPage({
      ...{ startedAt: '2026-01-02T03:04:05Z', commit: 'abc', machine },
      settings: { ...SETTINGS, products: 600, dimension: 24, vectors: null },
      contenders: [
        { name: 'one', title: 'The <first>', about: 'About.', version: '1', loadSeconds: 1, figures },
        { name: 'two', title: 'The second', about: 'About.', version: '1', loadSeconds: 1, figures },
      ],
      skipped: [{ name: 'three', reason: 'THREE_URL is not set' }],
      failed: [{ name: 'four', error: 'it broke' }],
    });
    expect(page).toContain('The &lt;first&gt;');
    expect(page).not.toContain('<first>');
    expect(page).toContain('three was skipped: THREE_URL is not set.');
    expect(page).toContain('four failed: it broke');
    expect(page).toContain('busy with other work');
    expect(page).toContain(` of ${totalsOf(figures).required.toLocaleString('en')}`);
    expect(page).not.toMatch(/src=|href=|url\(|<script|NaN|undefined|Infinity/);
  });
});

describe('vectors from a file', () => {
  test('are read from both formats, and become products and queries', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-churn-'));
    try {
      const given = Array.from({ length: 700 }, (_, n) => [1 + (n % 7), n % 5, n % 3, 1]);
      const record = (numbers: readonly number[]) => Buffer.from(Float32Array.from(numbers).buffer);
      const header = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer);
      const [fvecs, fbin] = [join(folder, 'some.fvecs'), join(folder, 'some.fbin')];
      await writeFile(fvecs, Buffer.concat(given.flatMap((numbers) => [header(4), record(numbers)])));
      await writeFile(fbin, Buffer.concat([header(700, 4), ...given.map(record)]));
      const vectors = await readVectors(fvecs, 600);
      expect(vectors).toEqual(given.slice(0, 600).map((numbers) => Float32Array.from(numbers)));
      expect(await readVectors(fbin, 600)).toEqual(vectors);
      expect(await readVectors(fbin, 10_000)).toHaveLength(700);

      const made = makeCatalog({ seed: '1', products: 300, dimension: 999, vectors });
      expect(made.dimension).toBe(4);
      expect(
        cosine(made.vectors[5] ?? new Float32Array(), made.vectors[5] ?? new Float32Array()),
      ).toBeCloseTo(1);
      expect(() => makeCatalog({ seed: '1', products: 500, dimension: 4, vectors })).toThrow('need 756');
      await expect(readVectors(join(folder, 'some.npy'), 1)).rejects.toThrow('neither .fvecs nor .fbin');
      await writeFile(fbin, 'This is text, not a list of vectors.');
      await expect(readVectors(fbin, 1)).rejects.toThrow('is no .fbin file');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function of({ shapes }: Figures, shape: Shape) {
  const found = shapes.find((one) => one.shape === shape);
  if (found === undefined) throw new Error(`There are no figures of ${shape}.`);
  return found;
}

const measured = new Map<string, Promise<Figures>>();

/** Measures a shop with the fault, once. */
function measureWith(fault: Fault): Promise<Figures> {
  const key = JSON.stringify(fault);
  const figures = measured.get(key) ?? measureOnce(fault);
  measured.set(key, figures);
  return figures;
}

async function measureOnce(fault: Fault): Promise<Figures> {
  const contender = await openFaulty(fault);
  try {
    const session = await Session.open(contender, catalog, SETTINGS);
    try {
      await session.round(() => undefined);
      return session.figures();
    } finally {
      await session.close();
    }
  } finally {
    await contender.close();
  }
}

/** SQL, and an index in memory that gets the changes after the commit. */
async function openFaulty(fault: Fault): Promise<Contender> {
  await shop.pool.query(
    `UPDATE churn_offers offer SET price = first.price, stock = first.stock
     FROM jsonb_to_recordset($1) AS first (sku int, market text, price int, stock int)
     WHERE offer.sku = first.sku AND offer.market = first.market`,
    [JSON.stringify(catalog.offers)],
  );
  const indexed = new Map(catalog.offers.map((offer) => [offerKey(offer), { ...offer }]));
  const timers = new Set<NodeJS.Timeout>();
  const meets = (sku: Sku, { market, where }: Search, only?: 'size' | 'price' | 'stock') => {
    const offer = indexed.get(offerKey({ sku: sku.id, market }));
    const conditions = {
      size: where.size === undefined || sku.size === where.size,
      price: where.maxPrice === undefined || (offer !== undefined && offer.price <= where.maxPrice),
      stock: fault.ignores === 'stock' || (offer !== undefined && offer.stock > 0),
    };
    return only === undefined ? Object.values(conditions).every(Boolean) : conditions[only];
  };
  const matches = (product: Product, search: Search): boolean => {
    const { category, color, brand } = search.where;
    if (category !== undefined && product.category !== category) return false;
    if (color !== undefined && fault.ignores !== 'color' && product.color !== color) return false;
    if (brand !== undefined && product.brand !== brand) return false;
    return fault.isFlat === true
      ? (['size', 'price', 'stock'] as const).every((only) =>
          product.skus.some((sku) => meets(sku, search, only)),
        )
      : product.skus.some((sku) => meets(sku, search));
  };
  return {
    version: 'wrong on purpose',
    truthUrl: shop.url,
    async commit(change) {
      if (fault.losesCommits !== true) await shop.commit(change);
      const offer = indexed.get(offerKey(change));
      if (offer === undefined) throw new Error(`SKU ${change.sku} is not in the index.`);
      if (fault.losesRestocks === true && change.set === 'stock' && change.value > 0 && offer.stock === 0)
        return;
      const apply = (): void => void (offer[change.set] = change.value);
      if (fault.lagMs === undefined) {
        apply();
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        apply();
      }, fault.lagMs);
      timers.add(timer);
    },
    async search(search) {
      // A search takes a moment, in which others are answered too.
      await new Promise((resolve) => setImmediate(resolve));
      const asked = askedVector(catalog, search);
      const ranked = catalog.products
        .map((product) => ({ product, score: cosine(asked, catalog.vectors[product.id - 1] ?? asked) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, fault.candidates ?? catalog.products.length);
      return ranked
        .filter(({ product }) => matches(product, search))
        .slice(0, PAGE)
        .map(({ product }) => product.id);
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
