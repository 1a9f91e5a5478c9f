import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { listNodes } from './list-products.js';
import { CONNECTIONS, requestsPerSecond, type Asked } from './requests-per-second.js';
import { openShop } from './shop.js';
import type { Benchmark } from './types.js';
import { LIST, PAGE_SIZE, PRODUCT, VENDURE_LIST, VENDURE_PRODUCT } from './vendure-pages.js';

const ROUNDS = 5;
const ROUND_SECONDS = 5;
/** Until V8 has compiled the hot code. */
const WARM_UP_SECONDS = 6;
/** More than an SKU of a test sells. */
const STOCK = 100;

const offered = z.object({
  handle: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  skus: z.array(
    z.object({
      code: z.string(),
      options: z.array(z.object({ name: z.string(), value: z.string() })),
      price: z.object({ amount: z.string() }).nullable(),
      availability: z.object({ sellable: z.boolean() }),
    }),
  ),
});
type Offered = z.infer<typeof offered>;

export const benchmarks: Benchmark[] = [
  {
    name: 'vendure',
    description: 'pages without and with variants, for the same products: the gateway ÷ Vendure',
    skip: () => (folder === undefined ? 'VITRINE_VENDURE is not set' : undefined),
    async run(report, progress) {
      const shop = await openShop();
      try {
        progress('importing the demo catalog');
        const gateway = await shop.serve();
        const products = await listNodes(
          gateway.url,
          offered,
          'handle title description skus { code options { name value } price { amount } availability { sellable } }',
          'SELLABLE',
        );
        progress('importing the same products into Vendure');
        const vendure = await shop.serveBench(
          'vendure-server.js',
          await writeProducts(shop.folder, products),
        );
        const [ours, theirs] = [`${gateway.url}/graphql`, `${vendure.url}/shop-api`];
        const pages = await cursors(ours);
        const handles = products.map(({ handle }) => handle);
        const { search } = await ask(theirs, found, VENDURE_LIST, { skip: 0 });
        if (search.totalItems !== products.length || search.items.length !== PAGE_SIZE)
          throw new Error(`Vendure finds ${search.totalItems} of ${products.length} products.`);
        await ask(theirs, z.object({ product: z.object({ id: z.string() }) }), VENDURE_PRODUCT, {
          slug: handles[0],
        });

        const sides = [
          {
            name: `a page of ${PAGE_SIZE} products without variants; Vendure reads it from its search index`,
            a: asked(LIST, pages, (after) => ({ after })),
            b: asked(VENDURE_LIST, pages, (_, page) => ({ skip: page * PAGE_SIZE })),
            target: { op: '>=', value: 3 } as const,
          },
          {
            name: 'a product with its pictures, and its variants with prices and stock',
            a: asked(PRODUCT, handles, (handle) => ({ handle })),
            b: asked(VENDURE_PRODUCT, handles, (slug) => ({ slug })),
          },
        ];
        const note = `${products.length} products, ${CONNECTIONS} connections; Vendure ${await version()}`;
        for (const { name, a, b, target } of sides) {
          progress(`warming up: ${name}`);
          await requestsPerSecond(ours, a, WARM_UP_SECONDS);
          await requestsPerSecond(theirs, b, WARM_UP_SECONDS);
          const rates: { a: number[]; b: number[] } = { a: [], b: [] };
          for (let round = 1; round <= ROUNDS; round += 1) {
            progress(`round ${round} of ${ROUNDS}`);
            rates.a.push(await requestsPerSecond(ours, a, ROUND_SECONDS));
            rates.b.push(await requestsPerSecond(theirs, b, ROUND_SECONDS));
          }
          report({ name, unit: 'requests/s', ...rates, ...(target && { target }), note });
        }
      } finally {
        await shop.close();
      }
    },
  },
];

/** Where `@vendure/core` and `pg` are installed. */
const folder = process.env['VITRINE_VENDURE'];
const found = z.object({ search: z.object({ totalItems: z.number(), items: z.array(z.unknown()) }) });

async function version(): Promise<string> {
  const json = await readFile(join(folder ?? '', 'node_modules/@vendure/core/package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(json)).version;
}

/** The table that Vendure imports, with the smallest of pictures; returns the settings of its server. */
async function writeProducts(into: string, products: readonly Offered[]): Promise<Record<string, string>> {
  const images = join(into, 'vendure-images');
  await mkdir(images);
  const picture = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  const rows: Record<string, string | number | null>[] = [];
  for (const { handle, title, description, skus } of products) {
    await writeFile(join(images, `${handle}.png`), picture);
    for (const [i, { code, options, price, availability }] of skus.entries())
      rows.push({
        name: i === 0 ? title : '',
        slug: i === 0 ? handle : '',
        description: i === 0 ? description : '',
        assets: i === 0 ? `${handle}.png` : '',
        facets: '',
        optionGroups: i === 0 ? options.map(({ name }) => name).join('|') : '',
        optionValues: options.map(({ value }) => value).join('|'),
        sku: code,
        price: price?.amount ?? '',
        taxCategory: 'Standard',
        stockOnHand: availability.sellable ? STOCK : 0,
        trackInventory: 'TRUE',
        variantAssets: '',
        variantFacets: '',
      });
  }
  const csv = join(into, 'vendure-products.csv');
  const line = (cells: readonly (string | number | null)[]): string =>
    `${cells.map((cell) => `"${String(cell ?? '').replaceAll('"', '""')}"`).join(',')}\n`;
  await writeFile(csv, [Object.keys(rows[0] ?? {}), ...rows.map(Object.values)].map(line).join(''));
  return { VITRINE_VENDURE: folder ?? '', PRODUCTS_CSV: csv, IMAGES: images };
}

/** Where each full page of the list begins. */
async function cursors(url: string): Promise<(string | null)[]> {
  const list = z.object({
    products: z.object({
      nodes: z.array(z.unknown()),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  });
  const all: (string | null)[] = [];
  for (let after: string | null = null; ;) {
    const { products }: z.infer<typeof list> = await ask(url, list, LIST, { after });
    if (products.nodes.length === PAGE_SIZE) all.push(after);
    if (!products.pageInfo.hasNextPage) return all;
    after = products.pageInfo.endCursor;
  }
}

function asked<T>(
  query: string,
  entries: readonly T[],
  variables: (entry: T, index: number) => Record<string, unknown>,
): Asked[] {
  return entries.map((entry, index) => ({ query, variables: variables(entry, index) }));
}

async function ask<T>(
  url: string,
  shape: z.ZodType<T>,
  query: string,
  variables: Record<string, unknown>,
): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return z.object({ data: shape }).parse(await response.json()).data;
}
