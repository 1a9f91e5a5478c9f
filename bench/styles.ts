import sql from 'sql-template-tag';
import { z } from 'zod';
import { groupBy } from '../src/platform/group-by.js';
import { openDatabase, query } from '../src/platform/postgres.js';
import { dot, meanDirection, normalizedSum, toVector } from '../src/vector-index/vectors.js';
import { COLOR_NUMBERS } from '../src/vision/color-descriptor.js';
import { DEFAULT_COLOR_SHARE } from '../src/vision/color-share.js';
import { DEMO_FEED, openShop } from './shop.js';
import { bootstrapInterval, mean } from './statistics.js';
import type { Benchmark, Measurement } from './types.js';

const RESULTS = 10;
/** Products that are queried with another style, spread over the catalog. */
const SAMPLE = 150;
const WEIGHTS = [0.2, 0.4, 0.8];

interface CatalogProduct {
  readonly category: string;
  readonly styles: readonly string[];
  readonly vector: Float32Array;
}

type Rule = (exemplars: readonly CatalogProduct[], catalog: readonly CatalogProduct[]) => Float32Array | null;

const lessCatalog: Rule = (exemplars, catalog) =>
  normalizedSum([...shares(exemplars, 1), ...shares(catalog, -1)]);

/** What a style adds to a product, computed from the products with that style. */
const RULES: Readonly<Record<string, Rule>> = {
  'the centroid': (exemplars) => meanDirection(exemplars.map(({ vector }) => vector)),
  'the centroid less the mean of the catalog': lessCatalog,
  'the centroid less the mean of the catalog, without its colors': (exemplars, catalog) => {
    const vector = lessCatalog(exemplars, catalog);
    return vector === null ? null : withoutColor(vector);
  },
  'each exemplar less the mean of its category': (exemplars, catalog) =>
    normalizedSum(
      [...groupBy(exemplars, ({ category }) => category)].flatMap(([category, some]) => [
        ...shares(some, some.length),
        ...shares(
          catalog.filter((product) => product.category === category),
          -some.length,
        ),
      ]),
    ),
};

export const benchmarks: Benchmark[] = [
  {
    name: 'styles',
    description: 'this product, but more of a style: what a style adds to a query, and what it keeps',
    async run(report, progress) {
      progress('importing the demo catalog');
      const products = await readProducts();
      const step = Math.max(1, Math.floor(products.length / SAMPLE));
      const sample = products.filter((_, i) => i % step === 0).slice(0, SAMPLE);
      const note = `${sample.length} products of the demo catalog, each with a style that it does not have; exact ranking`;
      measure('the product alone', 0, () => null, products, sample, note).forEach(report);
      for (const weight of WEIGHTS)
        for (const [name, rule] of Object.entries(RULES))
          measure(`weight ${weight}, ${name}`, weight, rule, products, sample, note).forEach(report);
    },
  },
];

function measure(
  name: string,
  weight: number,
  rule: Rule,
  products: readonly CatalogProduct[],
  sample: readonly CatalogProduct[],
  note: string,
): Measurement[] {
  const known = [...new Set(products.flatMap(({ styles }) => styles))].sort();
  const directions = new Map(
    known.map((style) => [
      style,
      rule(
        products.filter(({ styles }) => styles.includes(style)),
        products,
      ),
    ]),
  );
  const found = sample.map((product, i) => {
    const others = known.filter((style) => !product.styles.includes(style));
    const style = others[i % others.length] ?? '';
    const direction = directions.get(style) ?? null;
    const added = direction === null ? [] : [{ vector: direction, weight }];
    const asked = normalizedSum([{ vector: product.vector, weight: 1 }, ...added]) ?? product.vector;
    const best = products
      .filter((other) => other !== product)
      .map((other) => ({ other, score: dot(other.vector, asked) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, RESULTS);
    return {
      style: mean(best.map(({ other }) => Number(other.styles.includes(style)))),
      category: mean(best.map(({ other }) => Number(other.category === product.category))),
      color: mean(best.map(({ other }) => likenessOfColors(other.vector, product.vector))),
    };
  });
  const figures = {
    style: `style precision@${RESULTS}`,
    category: `category precision@${RESULTS}`,
    color: `likeness of the colors of the first ${RESULTS} to the product's`,
  };
  return (['style', 'category', 'color'] as const).map((what) => {
    const values = found.map((entry) => entry[what]);
    const figure = { a: [mean(values)], b: [], interval: bootstrapInterval(values) };
    return { name: `${figures[what]}: ${name}`, unit: 'share', ...figure, note };
  });
}

/** References with this total weight, divided equally. */
const shares = (products: readonly CatalogProduct[], weight: number) =>
  products.map(({ vector }) => ({ vector, weight: weight / products.length }));

const withoutColor = (vector: Float32Array): Float32Array =>
  vector.map((value, i) => (i < vector.length - COLOR_NUMBERS ? value : 0));

/** From 0 to 1. */
const likenessOfColors = (a: Float32Array, b: Float32Array): number =>
  dot(a.subarray(-COLOR_NUMBERS), b.subarray(-COLOR_NUMBERS)) / DEFAULT_COLOR_SHARE;

async function readProducts(): Promise<CatalogProduct[]> {
  const shop = await openShop();
  try {
    await shop.import(DEMO_FEED);
    const db = openDatabase(shop.databaseUrl, () => undefined);
    try {
      const rows = await query(
        db,
        sql`/* bench.styles */ SELECT category.handle AS category, embedding.vector, ARRAY(
            SELECT lower(value) FROM product_attributes WHERE product_id = product.id AND name = 'style') AS styles
          FROM products product JOIN categories category ON category.id = product.category_id
          JOIN product_images image ON image.product_id = product.id AND image.position = 0
          JOIN embeddings embedding ON embedding.sha256 = image.sha256 ORDER BY product.id`,
        z.object({ category: z.string(), vector: z.instanceof(Buffer), styles: z.array(z.string()) }),
      );
      return rows.map((row) => ({ ...row, vector: toVector(row.vector) }));
    } finally {
      await db.end();
    }
  } finally {
    await shop.close();
  }
}
