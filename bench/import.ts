import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openShop, type ImportRun } from './shop.js';
import type { Benchmark } from './types.js';

const ROWS = 100_000;
const COLORS = ['black', 'navy', 'sand', 'olive', 'burgundy', 'ivory'];
const SIZES = ['S', 'M', 'L', 'XL'];
const TYPES = ['Shirts', 'Knits', 'Trousers', 'Skirts', 'Dresses', 'Coats', 'Shoes', 'Bags'];
const MIB = 1024 ** 2;

export const benchmarks: Benchmark[] = [
  {
    name: 'import',
    description: `a feed of ${ROWS.toLocaleString('en')} rows without pictures: the first import, and the same feed again`,
    async run(report, progress) {
      const shop = await openShop({ durable: true });
      try {
        const feed = join(shop.folder, 'feed.tsv');
        await pipeline(Readable.from(lines()), createWriteStream(feed));
        const rate = ({ seconds }: ImportRun): number[] => [ROWS / seconds];
        const memory = ({ peakBytes }: ImportRun): number[] => [peakBytes / MIB];

        progress('the first import');
        const first = await shop.import(feed);
        report({
          name: 'first import',
          unit: 'rows/s',
          a: rate(first),
          b: [],
          target: { of: 'a', op: '>=', value: 1_500 },
        });
        report({ name: 'first import: peak memory of the command', unit: 'MiB', a: memory(first), b: [] });
        progress('the same feed again');
        const again = await shop.import(feed);
        report({
          name: 'unchanged feed',
          unit: 'rows/s',
          a: rate(again),
          b: [],
          target: { of: 'a', op: '>=', value: 10_000 },
        });
        report({ name: 'unchanged feed: peak memory of the command', unit: 'MiB', a: memory(again), b: [] });
      } finally {
        await shop.close();
      }
    },
  },
];

/** A feed as clothing shops export it, four sizes to a product; the same in every run. */
export function* lines(rows = ROWS): Generator<string> {
  const columns = [
    ...['id', 'item_group_id', 'title', 'description', 'link', 'brand', 'product_type', 'color', 'size'],
    ...['material', 'gender', 'availability', 'quantity', 'price'],
  ];
  yield `${columns.join('\t')}\n`;
  for (let row = 0; row < rows; row += 1) {
    const product = Math.floor(row / SIZES.length);
    const size = SIZES[row % SIZES.length] ?? '';
    const color = COLORS[product % COLORS.length] ?? '';
    const type = TYPES[product % TYPES.length] ?? '';
    const name = `Garment ${product} in ${color}`;
    const cells = [
      `sku-${product}-${size.toLowerCase()}`,
      `garment-${product}`,
      `${name} – ${size}`,
      `${name} is made for every day. It is cut close to the body, keeps its shape, and can be washed at 30 degrees. `.repeat(
        3,
      ),
      `https://shop.example/garment-${product}?size=${size}`,
      `Brand ${product % 200}`,
      `Clothing > ${type} > ${type} ${product % 5}`,
      color,
      size,
      `material ${product % 40}`,
      product % 2 === 0 ? 'female' : 'male',
      row % 10 === 0 ? 'out_of_stock' : 'in_stock',
      String(row % 50),
      `${20 + (product % 180)}.95 EUR`,
    ];
    yield `${cells.join('\t')}\n`;
  }
}
