import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { feedTable, priceTable, stockTable } from './catalog/feed.js';
import { demoProducts } from './catalog/products.js';
import { channels, locations, stocked } from './catalog/stock.js';
import { renderGarment, type RasterOptions } from '../src/garment/render.js';

const SEED = 'vitrine demo 1';
const folder = new URL('../catalog/', import.meta.url);
const images = new URL('images/', folder);
/** sharp draws in libuv's threads; two pictures at a time keep two cores busy. */
const AT_A_TIME = 2;
/** Twice the size of a storefront card; five hundred pictures stay within 12 MB. */
const PICTURE = { width: 480, height: 600, format: 'webp', quality: 74 } as const;

const { values } = parseArgs({ options: { 'text-only': { type: 'boolean', default: false } } });

const products = stocked(demoProducts(SEED), SEED);
await mkdir(images, { recursive: true });
await writeFile(new URL('feed.tsv', folder), feedTable(products));
await writeFile(new URL('stock.tsv', folder), stockTable(products));
await writeFile(new URL('prices.tsv', folder), priceTable(products));
await writeFile(new URL('channels.json', folder), `${JSON.stringify({ channels, locations }, null, 2)}\n`);
const skuCount = products.reduce((sum, { skus }) => sum + skus.length, 0);
process.stdout.write(`${products.length} products, ${skuCount} SKUs\n`);

if (!values['text-only']) {
  const jobs = products
    .flatMap(({ product }) => product.colorways)
    .flatMap(({ design, seed, ground, image, detail }) => {
      const options: RasterOptions = { ...PICTURE, seed, ground };
      const views = [{ file: image, design, options }];
      return detail
        ? [...views, { file: detail, design, options: { ...options, view: 'detail' as const } }]
        : views;
    });
  const wanted = new Set(jobs.map(({ file }) => file));
  for (const file of await readdir(images)) if (!wanted.has(file)) await rm(new URL(file, images));

  const queue = jobs[Symbol.iterator]();
  let done = 0;
  const draw = async (): Promise<void> => {
    for (const { file, design, options } of queue) {
      await writeFile(new URL(file, images), await renderGarment(design, options));
      done += 1;
      process.stdout.write(`\r${done} of ${jobs.length} images${done === jobs.length ? '\n' : ''}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, draw));
}
