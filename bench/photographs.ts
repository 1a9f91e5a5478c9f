import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

/**
 * Photos that are not included in the repository: 1,500 products, and 150 photos of other garments with their types.
 */
const FOLDER = resolve(
  process.env['VITRINE_PHOTOS'] ?? fileURLToPath(new URL('../../shared/photos/', import.meta.url)),
);
export const PHOTOGRAPHS_FEED = join(FOLDER, 'feed.tsv');
const QUERIES = join(FOLDER, 'queries');

/** Why benchmarks that need the photos cannot run. */
export const noPhotographs = (): string | undefined =>
  existsSync(PHOTOGRAPHS_FEED)
    ? undefined
    : 'there are no photographs: VITRINE_PHOTOS names their folder (../shared/photos)';

export interface Photograph {
  /** Also its product's id, once it is in the catalog. */
  readonly name: string;
  readonly category: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

export async function readPhotographs(): Promise<Photograph[]> {
  const labels = await readFile(join(QUERIES, 'labels.tsv'), 'utf8');
  const lines = labels.trim().split('\n').slice(1);
  return Promise.all(
    lines.map(async (line) => {
      const [file = '', type = ''] = line.split('\t');
      return {
        name: file.replace(/\.\w+$/, ''),
        category: type.replaceAll(' > ', '/'),
        bytes: await readFile(join(QUERIES, file)),
      };
    }),
  );
}

const feedRows = z.array(
  z.object({ item_group_id: z.string(), image_link: z.string(), product_type: z.string() }),
);

/** The products' pictures as files, with the category of each. */
export async function readShop(): Promise<{ readonly file: string; readonly category: string }[]> {
  const text = await readFile(PHOTOGRAPHS_FEED, 'utf8');
  const rows = feedRows.parse(parse(text, { columns: true, delimiter: '\t', quote: false }));
  const products = new Map(rows.map((row) => [row.item_group_id, row]));
  return [...products.values()].map(({ image_link, product_type }) => ({
    file: join(FOLDER, image_link),
    category: product_type.replaceAll(' > ', '/'),
  }));
}

/** Imports the photos as products with one SKU each. */
export async function importPhotographs(
  photographs: readonly Photograph[],
  importFeed: (feed: string) => Promise<unknown>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-feed-'));
  const rows = photographs.map(({ name, category }) => [
    name,
    `Photograph ${name}`,
    `${name}.jpg`,
    'in_stock',
    '10.00 EUR',
    category.replaceAll('/', ' > '),
  ]);
  const header = ['id', 'title', 'image_link', 'availability', 'price', 'product_type'];
  try {
    // A feed cannot name images outside its folder.
    for (const { name, bytes } of photographs) await writeFile(join(folder, `${name}.jpg`), bytes);
    const feed = join(folder, 'feed.tsv');
    await writeFile(feed, [header, ...rows].map((row) => `${row.join('\t')}\n`).join(''));
    await importFeed(feed);
  } finally {
    await rm(folder, { recursive: true });
  }
}
